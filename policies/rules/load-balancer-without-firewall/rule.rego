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

findings contains {"at": terraform.missing_at("aws_wafv2_web_acl_association", "resource_arn", address), "message": message} if {
	some type in ["aws_lb", "aws_alb"]
	some address, balancer in terraform.managed(type)
	object.get(balancer, ["values", "load_balancer_type"], "application") == "application"
	internal := object.get(balancer, ["values", "internal"], false)
	terraform.is_false(internal)
	count(terraform.linked("aws_wafv2_web_acl_association", "resource_arn", address)) == 0
	message := sprintf("%s faces the internet without a web firewall", [address])
}
