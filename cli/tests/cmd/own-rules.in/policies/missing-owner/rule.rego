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
package portcullis.rules.missing_owner

import data.acme.owners

findings contains {"at": ["metadata", "name"], "message": message} if {
	not owners.of(input.resource, input.params.label)
	# Who reads it knows the kind.
	message := sprintf("%s %s has no label %s", [input.resource.kind, input.resource.metadata.name, input.params.label])
}
