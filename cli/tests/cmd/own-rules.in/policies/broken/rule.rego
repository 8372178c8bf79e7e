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
	message := sprintf("%s has no label at %d", [input.resource.kind, time.now_ns()])
}
