# METADATA
# title: Load balancer in the internet without a web firewall
# description: Nothing stands between the services and whoever tries them.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV2_AWS_28
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.load_balancer_without_firewall

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some type in ["aws_lb", "aws_alb"]
	some address, balancer in terraform.managed(type)
	terraform.may_be(object.get(balancer, ["values", "load_balancer_type"], "application"), {"application"})
	terraform.may_be(object.get(balancer, ["values", "internal"], false), {false, "false"})
	missing := terraform.unlinked("aws_wafv2_web_acl_association", "resource_arn", address, 1)
	unknown := [["resources", address, "values", field] |
		some field in ["load_balancer_type", "internal"]
		terraform.is_unknown(object.get(balancer, ["values", field], null))
	]
	at := array.concat(unknown, [missing])[0]
	message := sprintf("%s faces the internet without a web firewall", [address])
}
