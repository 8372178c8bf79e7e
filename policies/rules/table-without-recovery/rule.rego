# METADATA
# title: Table that cannot be brought back
# description: What a wrong release overwrites is gone.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV_AWS_28
#     - trivy:AWS-0024
#   scope: resource
#   target: [aws_dynamodb_table.terraform]
package portcullis.rules.table_without_recovery

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "point_in_time_recovery"], "message": message} if {
	recovery := object.get(values, "point_in_time_recovery", [])
	not terraform.is_unknown(recovery)
	count([block | some block in recovery; terraform.may_be(object.get(block, "enabled", false), {true, "true"})]) == 0
	message := sprintf("%s cannot be brought back to a minute: no point_in_time_recovery", [address])
}
