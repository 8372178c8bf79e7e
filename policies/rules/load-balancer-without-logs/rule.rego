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

findings contains {"at": at, "message": message} if {
	object.get(values, "load_balancer_type", "application") != "gateway"
	lacking := terraform.lacking(input.resource, "access_logs", "enabled", {true, "true"})
	at := array.concat(terraform.unknown_of(["load_balancer_type"]), [lacking])[0]
	message := sprintf("%s keeps no logs", [address])
}
