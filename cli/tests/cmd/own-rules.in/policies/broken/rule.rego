# METADATA
# title: Object without an owner
# description: Nobody knows whom to call when it fails.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: pod
#   params:
#     label: owner
package portcullis.rules.broken

findings contains {"at": ["metadata", "name"], "message": message} if {
	not input.resource.metadata.labels[input.params.label]
	message := time.now_ns(("%s %s has no label %s", [input.resource.kind, input.resource.metadata.name, input.params.label])
}
