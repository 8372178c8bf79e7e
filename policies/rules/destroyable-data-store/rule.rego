# METADATA
# title: Data store that a plan may destroy
# description: A block that is taken out or a name that changes is all that a plan needs to take the data away.
# custom:
#   severity: warning
#   group: availability
#   "off": It holds in every environment alike, since Terraform takes no variable there; those whose environments have roots of their own turn it on.
#   scope: resource
#   target: [aws_db_instance.terraform, aws_dynamodb_table.terraform, aws_ecr_repository.terraform, aws_efs_file_system.terraform, aws_elasticache_replication_group.terraform, aws_kms_key.terraform, aws_mq_broker.terraform, aws_msk_cluster.terraform, aws_opensearch_domain.terraform, aws_rds_cluster.terraform, aws_route53_zone.terraform, aws_s3_bucket.terraform, aws_secretsmanager_secret.terraform]
package portcullis.rules.destroyable_data_store

import data.portcullis.prelude.terraform.address

# What a registry's module makes, nobody can protect from outside.
findings contains {"at": ["lifecycle", "prevent_destroy"], "message": message} if {
	resource := input.resource
	resource.mode == "managed"
	not resource.contract
	object.get(resource, ["lifecycle", "prevent_destroy"], false) != true
	message := sprintf("a plan may destroy %s: its lifecycle has no prevent_destroy", [address])
}
