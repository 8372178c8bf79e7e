# METADATA
# title: One key for several services
# description: Whoever may use the key for one of them may read them all.
# custom:
#   severity: warning
#   group: access
#   "off": Whether a key of its own for each service is worth its price is contested; platforms that separate their services by keys turn it on.
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     kinds: 1
package portcullis.rules.key_for_many_services

import data.portcullis.prelude.terraform

# The kind of data that a type keeps.
kinds := {
	"aws_eks_cluster": "clusters", "aws_db_instance": "databases", "aws_rds_cluster": "databases", "aws_rds_cluster_instance": "databases",
	"aws_s3_bucket_server_side_encryption_configuration": "buckets", "aws_dynamodb_table": "tables", "aws_mq_broker": "brokers",
	"aws_ecr_repository": "images", "aws_secretsmanager_secret": "secrets", "aws_elasticache_replication_group": "caches",
	"aws_efs_file_system": "files", "aws_cloudwatch_log_group": "logs", "aws_ebs_volume": "disks",
}

findings contains {"at": ["resources", address], "message": message} if {
	some address, _ in terraform.managed("aws_kms_key")
	served := {kind | some use in uses; use.key == address; kind := use.kind}
	count(served) > input.params.kinds
	message := sprintf("%s encrypts %s", [address, concat(" and ", sort(served))])
}

# Each key that a field names, with the kind of what has the field.
uses contains {"key": key, "kind": kind} if {
	some type, kind in kinds
	some resource in terraform.managed(type)
	walk(object.get(resource, "values", {}), [path, value])
	path[count(path) - 1] in {"kms_key_id", "kms_key_arn", "kms_key", "key_arn", "kms_master_key_id"}
	key := object.get(value, "$of", "")
}
