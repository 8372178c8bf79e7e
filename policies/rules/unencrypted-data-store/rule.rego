# METADATA
# title: Data store that is not encrypted
# description: Snapshots and disks that leave the account can be read by who gets them.
# custom:
#   severity: error
#   group: platform
#   like:
#     - checkov:CKV_AWS_16
#     - checkov:CKV_AWS_29
#     - checkov:CKV_AWS_3
#     - checkov:CKV_AWS_42
#     - checkov:CKV_AWS_64
#     - checkov:CKV_AWS_96
#     - trivy:AWS-0080
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform, aws_ebs_volume.terraform, aws_efs_file_system.terraform, aws_elasticache_replication_group.terraform, aws_redshift_cluster.terraform]
package portcullis.rules.unencrypted_data_store

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# The switch of each type.
switches := {
	"aws_db_instance": "storage_encrypted",
	"aws_rds_cluster": "storage_encrypted",
	"aws_ebs_volume": "encrypted",
	"aws_efs_file_system": "encrypted",
	"aws_elasticache_replication_group": "at_rest_encryption_enabled",
	"aws_redshift_cluster": "encrypted",
}

# A copy is encrypted as its source is.
findings contains {"at": ["values", switch], "message": message} if {
	switch := switches[input.resource.kind]
	not values.replicate_source_db
	not values.snapshot_identifier
	encrypted := object.get(values, switch, false)
	not terraform.is_true(encrypted)
	message := sprintf("%s is not encrypted: %s is not true", [address, switch])
}
