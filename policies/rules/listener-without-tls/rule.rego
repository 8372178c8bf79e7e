# METADATA
# title: Listener that speaks plain HTTP
# description: Whoever is on the way reads and changes what is sent.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_2
#     - trivy:AWS-0054
#   scope: resource
#   target: [aws_lb_listener.terraform, aws_alb_listener.terraform]
package portcullis.rules.listener_without_tls

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "protocol"], "message": message} if {
	terraform.may_be(values.protocol, {"HTTP"})
	count([1 | some found in terraform.blocks("default_action"); leads_to_tls(found.block)]) == 0
	message := sprintf("%s speaks plain HTTP", [address])
}

leads_to_tls(action) if terraform.may_be(object.get(action, "type", ""), {"redirect"})
