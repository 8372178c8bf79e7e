# METADATA
# title: Check that fails
# description: Terraform only warns of it, and warnings of a plan are read by nobody.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.failing_check

findings contains {"at": ["checks", i], "message": message} if {
	some i, check in input.resource.checks
	module := concat("", [check.module, substring(".", 0, count(check.module))])
	message := sprintf("%scheck.%s fails: %s", [module, check.name, check.said])
}
