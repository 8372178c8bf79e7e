# METADATA
# title: Security group with rules inside of it
# description: Rules of their own resources and rules inside of the group take each other away.
# custom:
#   severity: warning
#   group: network
#   like:
#     - tflint:aws_security_group_inline_rules
#   scope: resource
#   target: [aws_security_group.terraform]
package portcullis.rules.inline_security_group_rules

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": first.at, "message": message} if {
	some field in ["ingress", "egress"]
	first := terraform.blocks(field)[0]
	message := sprintf("%s has %s rules inside of it", [address, field])
}

findings contains {"at": ["values", field], "message": message} if {
	some field in ["ingress", "egress"]
	terraform.is_unknown(object.get(values, field, null))
	message := sprintf("%s may have %s rules inside of it", [address, field])
}
