# METADATA
# title: Variable that production sets otherwise
# description: What was tried before production is not what production gets.
# custom:
#   severity: warning
#   group: platform
#   "off": Some variables must differ, and only the team knows which; name them in allowed and turn it on.
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     allowed: []
#   elements: {allowed: text}
package portcullis.rules.unexpected_difference

import data.portcullis.prelude.terraform.address

findings contains {"at": ["before", "differs", i], "message": message} if {
	before := input.resource.before
	some i, one in before.differs
	not is_allowed(one.name)
	message := sprintf("%s of %s is %s %s", [one.name, address, how(one), before.environment])
}

is_allowed(name) if {
	some pattern in input.params.allowed
	glob.match(pattern, null, name)
}

how(one) := "set otherwise than in" if one.set

how(one) := "not set here, but in" if not one.set
