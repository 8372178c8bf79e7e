# METADATA
# title: Database whose logs go with it
# description: Logs that stay on its disk are lost when it fails over.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_129
#     - checkov:CKV_AWS_324
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform]
package portcullis.rules.database_without_logs

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "enabled_cloudwatch_logs_exports"], "message": message} if {
	terraform.may_be(object.get(values, "enabled_cloudwatch_logs_exports", []), {[]})
	message := sprintf("%s sends its logs nowhere: no enabled_cloudwatch_logs_exports", [address])
}
