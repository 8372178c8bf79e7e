# METADATA
# title: Network that keeps no flow logs
# description: Nobody can say afterwards who talked to whom.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV2_AWS_11
#     - trivy:AWS-0178
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.network_without_flow_logs

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_vpc")
	at := terraform.unlinked("aws_flow_log", "vpc_id", address, 1)
	message := sprintf("%s keeps no flow logs", [address])
}
