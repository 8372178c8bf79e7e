# METADATA
# title: Part of the platform that no alarm watches
# description: A full disk or a queue that nobody reads is then known when it is too late.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.resource_without_alarm

import data.portcullis.prelude.alarms as looks
import data.portcullis.prelude.alarms.dimensions
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
	count([1 | some alarm in alarms; some one in looks.queries(alarm); watches(one.query, wanted, type)]) == 0
	unknown := sort([["resources", place, "values", "namespace"] | some place, alarm in alarms; terraform.is_unknown(object.get(alarm, ["values", "namespace"], null))])
	at := array.concat(unknown, [["resources", places[0]]])[0]
	message := sprintf("no alarm watches %s: there is none on %s", [places[0], concat(" or ", sort(wanted))])
}

watches(query, wanted, type) if {
	object.get(query, "namespace", "") in wanted
	not is_about_another(query, type)
}

# Its dimension is a name that nothing of the root has.
is_about_another(query, type) if {
	some dimension, makers in object.get(dimensions, object.get(query, "namespace", ""), {})
	type in object.keys(makers)
	name := object.get(query, ["dimensions", dimension], null)
	is_string(name)
	made := [object.get(resource, ["values", field], null) | some maker, field in makers; some resource in terraform.managed(maker)]
	count([value | some value in made; looks.is_called(value, name, dimension)]) == 0
	count([value | some value in made; looks.may_be_called(value, name, dimension)]) == 0
}
