# METADATA
# title: Resource without the tags of the company
# description: Nobody can say whose it is, or who pays.
# custom:
#   severity: warning
#   group: platform
#   "off": Which tags a company wants only that company knows; it is on once somebody says which.
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     tags: [environment, owner, service]
package portcullis.rules.missing_tags

import data.portcullis.prelude.terraform

# What costs money or keeps data: what many providers call tags, others do not have.
types := {
	"aws_db_instance", "aws_dynamodb_table", "aws_ecr_repository", "aws_efs_file_system", "aws_eks_cluster", "aws_eks_node_group",
	"aws_elasticache_replication_group", "aws_instance", "aws_kms_key", "aws_lambda_function", "aws_lb", "aws_mq_broker", "aws_msk_cluster",
	"aws_nat_gateway", "aws_rds_cluster", "aws_redshift_cluster", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_sns_topic", "aws_sqs_queue", "aws_vpc",
}

findings contains {"at": at, "message": message} if {
	some type in types
	some address, resource in terraform.managed(type)
	tags := object.get(resource, "tags", {})
	missing := [tag | some tag in input.params.tags; not tags[tag]]
	count(missing) > 0
	unknown := [["resources", address, "tags"] | terraform.is_unknown(tags)]
	own := [["resources", address, "values", "tags"] | terraform.is_unknown(object.get(resource, ["values", "tags"], null))]
	at := array.concat(array.concat(unknown, own), [["resources", address]])[0]
	message := sprintf("%s has no tag %s", [address, concat(", ", missing)])
}
