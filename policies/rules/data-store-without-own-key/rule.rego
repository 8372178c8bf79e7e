# METADATA
# title: Data store that is encrypted with a key of AWS
# description: Nobody can take the key away from a single store, or say who used it.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_327
#     - trivy:AWS-0079
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform, aws_efs_file_system.terraform, aws_elasticache_replication_group.terraform, aws_ebs_volume.terraform]
package portcullis.rules.data_store_without_own_key

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# A copy has the key of its source.
findings contains {"at": terraform.resting("kms_key_id", [switch]), "message": message} if {
	terraform.may_lack(object.get(values, "kms_key_id", ""))
	not values.replicate_source_db
	not values.snapshot_identifier
	some switch in ["storage_encrypted", "encrypted", "at_rest_encryption_enabled"]
	terraform.may_be(object.get(values, switch, false), {true, "true"})
	message := sprintf("%s is encrypted with a key of AWS: it has no kms_key_id", [address])
}
