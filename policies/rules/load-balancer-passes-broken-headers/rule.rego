# METADATA
# title: Load balancer that passes broken headers on
# description: A header that two servers read in two ways smuggles requests.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV_AWS_131
#     - trivy:AWS-0052
#   scope: resource
#   target: [aws_lb.terraform, aws_alb.terraform]
package portcullis.rules.load_balancer_passes_broken_headers

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": terraform.resting("drop_invalid_header_fields", ["load_balancer_type"]), "message": message} if {
	terraform.may_be(object.get(values, "load_balancer_type", "application"), {"application"})
	dropped := object.get(values, "drop_invalid_header_fields", false)
	not terraform.is_true(dropped)
	message := sprintf("%s passes broken headers on", [address])
}
