# METADATA
# title: Distribution without a web firewall
# description: What is published to the world is tried by the world.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV_AWS_68
#     - trivy:AWS-0011
#   scope: resource
#   target: [aws_cloudfront_distribution.terraform]
package portcullis.rules.distribution_without_firewall

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "web_acl_id"], "message": message} if {
	enabled := object.get(values, "enabled", true)
	terraform.may_be(enabled, {true, "true"})
	terraform.may_lack(object.get(values, "web_acl_id", ""))
	message := sprintf("%s faces the internet without a web firewall", [address])
}
