# METADATA
# title: Declaration that nothing uses
# description: Who sets it believes that something follows from it.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - tflint:terraform_unused_declarations
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.unused_declaration

findings contains {"at": ["unused", i], "message": message} if {
	some i, one in input.resource.unused
	message := sprintf("nothing in %s uses %s", [one.folder, one.name])
}
