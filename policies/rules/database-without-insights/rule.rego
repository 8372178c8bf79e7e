# METADATA
# title: Database that nobody can look into
# description: Which query it waits for is only known while it is measured.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_353
#     - trivy:AWS-0133
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster_instance.terraform]
package portcullis.rules.database_without_insights

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "performance_insights_enabled"], "message": message} if {
	enabled := object.get(values, "performance_insights_enabled", false)
	not terraform.is_true(enabled)
	message := sprintf("%s cannot be looked into: performance_insights_enabled is not true", [address])
}
