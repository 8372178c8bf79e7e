# METADATA
# title: Load balancer that keeps no logs
# description: Nobody can say afterwards who asked for what.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV_AWS_91
#   scope: resource
#   target: [aws_lb.terraform, aws_alb.terraform]
package portcullis.rules.load_balancer_without_logs

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "access_logs"], "message": message} if {
	object.get(values, "load_balancer_type", "application") != "gateway"
	logs := object.get(values, "access_logs", [])
	not terraform.is_unknown(logs)
	count([block | some block in logs; not terraform.is_false(object.get(block, "enabled", false))]) == 0
	message := sprintf("%s keeps no logs", [address])
}
