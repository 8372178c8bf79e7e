# METADATA
# title: Database that anybody may delete
# description: One wrong plan takes it away, with its automated backups.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV_AWS_139
#     - checkov:CKV_AWS_293
#     - trivy:AWS-0177
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform]
package portcullis.rules.unprotected_database

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "deletion_protection"], "message": message} if {
	protected := object.get(values, "deletion_protection", false)
	not terraform.is_true(protected)
	not values.replicate_source_db
	message := sprintf("%s may be deleted: deletion_protection is not true", [address])
}
