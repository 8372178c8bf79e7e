# Resources of AWS that hold what nobody can make again, or that much else cannot do without.
package portcullis.prelude.stateful

types := {
	"aws_db_instance", "aws_dynamodb_table", "aws_ecr_repository", "aws_efs_file_system", "aws_eip", "aws_eks_cluster", "aws_elasticache_replication_group",
	"aws_iam_openid_connect_provider", "aws_kms_key", "aws_mq_broker", "aws_msk_cluster", "aws_nat_gateway", "aws_opensearch_domain", "aws_rds_cluster",
	"aws_rds_cluster_instance", "aws_route53_zone", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_subnet", "aws_vpc",
}

# Those of them whose data go with them.
stores := types - {"aws_eip", "aws_eks_cluster", "aws_iam_openid_connect_provider", "aws_nat_gateway", "aws_rds_cluster_instance", "aws_subnet", "aws_vpc"}

# The arguments that the provider of AWS cannot change in place: it destroys the resource and makes another one. A block's name says so of all that is in
# it, and of the block itself. Read in the schemas of version 6; what depends on both values (a downgrade, an encryption that is taken away) is left to plans.
forcing := {
	"aws_db_instance": {
		"availability_zone", "character_set_name", "custom_iam_instance_profile", "db_name", "engine", "kms_key_id", "nchar_character_set_name",
		"restore_to_point_in_time", "snapshot_identifier", "storage_encrypted", "timezone", "username",
	},
	"aws_dynamodb_table": {
		"hash_key", "import_table", "local_secondary_index", "name", "range_key", "restore_date_time", "restore_source_name", "restore_source_table_arn",
		"restore_to_latest_time",
	},
	"aws_ecr_repository": {"encryption_configuration", "name"},
	"aws_efs_file_system": {"availability_zone_name", "creation_token", "encrypted", "kms_key_id", "performance_mode"},
	"aws_eip": {"address", "customer_owned_ipv4_pool", "network_border_group", "public_ipv4_pool"},
	"aws_eks_cluster": {
		"access_config/bootstrap_cluster_creator_admin_permissions", "bootstrap_self_managed_addons", "kubernetes_network_config/ip_family",
		"kubernetes_network_config/service_ipv4_cidr", "name", "outpost_config/control_plane_instance_type", "role_arn",
	},
	"aws_elasticache_replication_group": {
		"at_rest_encryption_enabled", "data_tiering_enabled", "global_replication_group_id", "kms_key_id", "network_type", "port",
		"replication_group_id", "snapshot_arns", "snapshot_name", "subnet_group_name",
	},
	"aws_iam_openid_connect_provider": {"url"},
	"aws_kms_key": {"custom_key_store_id", "customer_master_key_spec", "key_usage", "multi_region", "xks_key_id"},
	"aws_mq_broker": {
		"broker_name", "data_replication_primary_broker_arn", "deployment_mode", "encryption_options", "engine_type", "ldap_server_metadata",
		"publicly_accessible", "subnet_ids",
	},
	"aws_msk_cluster": {
		"broker_node_group_info/az_distribution", "broker_node_group_info/client_subnets", "cluster_name",
		"encryption_info/encryption_at_rest_kms_key_arn", "encryption_info/encryption_in_transit/in_cluster",
	},
	"aws_nat_gateway": {"allocation_id", "connectivity_type", "private_ip", "subnet_id"},
	"aws_opensearch_domain": {"domain_name", "encrypt_at_rest/kms_key_id"},
	"aws_rds_cluster": {
		"availability_zones", "cluster_identifier", "cluster_identifier_prefix", "cluster_scalability_type", "database_name", "db_subnet_group_name",
		"db_system_id", "engine", "engine_mode", "kms_key_id", "master_username", "restore_to_point_in_time", "s3_import", "snapshot_identifier",
		"source_region", "storage_encrypted",
	},
	"aws_rds_cluster_instance": {
		"availability_zone", "cluster_identifier", "custom_iam_instance_profile", "db_subnet_group_name", "engine", "identifier", "identifier_prefix",
	},
	"aws_route53_zone": {"delegation_set_id", "name"},
	"aws_s3_bucket": {"bucket", "bucket_prefix", "object_lock_enabled"},
	"aws_secretsmanager_secret": {"name", "name_prefix"},
	"aws_subnet": {
		"availability_zone", "availability_zone_id", "cidr_block", "ipv4_ipam_pool_id", "ipv4_netmask_length", "ipv6_native", "outpost_arn", "vpc_id",
	},
	"aws_vpc": {"cidr_block", "ipv4_ipam_pool_id", "ipv4_netmask_length"},
}

# Those of them that stay what they are when they are taken away: the provider computes what is not set.
computed := {
	"aws_db_instance": {
		"availability_zone", "character_set_name", "db_name", "engine", "kms_key_id", "nchar_character_set_name", "snapshot_identifier", "timezone",
		"username",
	},
	"aws_dynamodb_table": {"hash_key"},
	"aws_efs_file_system": {"availability_zone_name", "creation_token", "encrypted", "kms_key_id", "performance_mode"},
	"aws_eip": {"network_border_group", "public_ipv4_pool"},
	"aws_elasticache_replication_group": {
		"at_rest_encryption_enabled", "data_tiering_enabled", "global_replication_group_id", "network_type", "subnet_group_name",
	},
	"aws_kms_key": {"multi_region"},
	"aws_mq_broker": {"subnet_ids"},
	"aws_nat_gateway": {"private_ip"},
	"aws_rds_cluster": {
		"availability_zones", "cluster_identifier", "cluster_identifier_prefix", "cluster_scalability_type", "database_name", "db_subnet_group_name",
		"db_system_id", "kms_key_id", "master_username", "storage_encrypted",
	},
	"aws_rds_cluster_instance": {"availability_zone", "db_subnet_group_name", "identifier", "identifier_prefix"},
	"aws_secretsmanager_secret": {"name", "name_prefix"},
	"aws_subnet": {"availability_zone", "availability_zone_id"},
	"aws_vpc": {"cidr_block"},
}

# The argument for which a change at a path of a resource, such as /values/access_config/0/authentication_mode, makes it anew; undefined where none does.
forced(type, path) := argument if {
	parts := split(path, "/")
	parts[1] == "values"
	names := concat("/", [part | some i, part in parts; i > 1; not regex.match(`^[0-9]+$`, part)])
	some argument in object.get(forcing, type, set())
	startswith(sprintf("%s/", [names]), sprintf("%s/", [argument]))
}

# Whether an argument that is taken away stays what it is.
stays(type, field) if {
	field.change == "removed"
	trim_prefix(field.path, "/values/") in object.get(computed, type, set())
}
