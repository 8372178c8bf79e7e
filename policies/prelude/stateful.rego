# Resources of AWS that hold what nobody can make again, or that much else cannot do without.
package portcullis.prelude.stateful

types := {
	"aws_db_instance", "aws_dynamodb_table", "aws_ecr_repository", "aws_efs_file_system", "aws_eip", "aws_eks_cluster", "aws_elasticache_replication_group",
	"aws_iam_openid_connect_provider", "aws_kms_key", "aws_mq_broker", "aws_msk_cluster", "aws_nat_gateway", "aws_opensearch_domain", "aws_rds_cluster",
	"aws_rds_cluster_instance", "aws_route53_zone", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_subnet", "aws_vpc",
}

# Those of them whose data go with them.
stores := types - {"aws_eip", "aws_eks_cluster", "aws_iam_openid_connect_provider", "aws_nat_gateway", "aws_rds_cluster_instance", "aws_subnet", "aws_vpc"}

# The arguments that providers change by destroying the resource and making another one.
forcing := {
	"aws_db_instance": {
		"availability_zone", "character_set_name", "db_name", "engine", "kms_key_id", "restore_to_point_in_time", "snapshot_identifier",
		"storage_encrypted", "timezone", "username",
	},
	"aws_mq_broker": {
		"broker_name", "data_replication_primary_broker_arn", "deployment_mode", "encryption_options", "engine_type", "ldap_server_metadata",
		"publicly_accessible", "subnet_ids",
	},
}
