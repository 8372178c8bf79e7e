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

findings contains {"at": at, "message": message} if {
	at := terraform.lacking(input.resource, "point_in_time_recovery", "enabled", {true, "true"})
	message := sprintf("%s cannot be brought back to a minute: no point_in_time_recovery", [address])
}
