# METADATA
# title: Part of the platform that no alarm watches
# description: A full disk or a queue that nobody reads is then known when it is too late.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.resource_without_alarm

import data.portcullis.prelude.terraform

# Where CloudWatch keeps the metrics of each type.
spaces := {
	"aws_db_instance": {"AWS/RDS"}, "aws_rds_cluster": {"AWS/RDS"}, "aws_mq_broker": {"AWS/AmazonMQ"}, "aws_nat_gateway": {"AWS/NATGateway"},
	"aws_lb": {"AWS/ApplicationELB", "AWS/NetworkELB"}, "aws_alb": {"AWS/ApplicationELB"}, "aws_sqs_queue": {"AWS/SQS"},
	"aws_elasticache_replication_group": {"AWS/ElastiCache"},
}

# Only in a root that makes alarms: elsewhere they are made elsewhere.
findings contains {"at": at, "message": message} if {
	alarms := terraform.managed("aws_cloudwatch_metric_alarm")
	count(alarms) > 0
	some type, wanted in spaces
	places := sort([place | some place, _ in terraform.managed(type)])
	count(places) > 0
	count([1 | some alarm in alarms; some space in watched(alarm); space in wanted]) == 0
	unknown := sort([["resources", place, "values", "namespace"] | some place, alarm in alarms; terraform.is_unknown(object.get(alarm, ["values", "namespace"], null))])
	at := array.concat(unknown, [["resources", places[0]]])[0]
	message := sprintf("no alarm watches %s: there is none on %s", [places[0], concat(" or ", sort(wanted))])
}

watched(alarm) := array.concat([object.get(alarm, ["values", "namespace"], "")], [object.get(metric, "namespace", "") |
	some one in terraform.blocks_of(alarm, "metric_query")
	some metric in object.get(one.block, "metric", [])
])
