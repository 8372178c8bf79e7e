# METADATA
# title: Key that an object has twice
# description: The second one counts, and whoever edits the first one wonders.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - tflint:terraform_map_duplicate_keys
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.repeated_key

findings contains {"at": ["repeated", i], "message": message} if {
	some i, one in input.resource.repeated
	message := sprintf("the object has %s twice, and keeps the second one", [one.name])
}
