# METADATA
# title: Alarm about something that nothing makes
# description: An alarm on the name of another cluster or database never has a value, and never fires.
# custom:
#   severity: error
#   group: platform
#   scope: platform
#   target: [aws_cloudwatch_metric_alarm.terraform]
#   joins: [aws_db_instance.terraform, aws_eks_cluster.terraform, aws_mq_broker.terraform, aws_rds_cluster.terraform, aws_rds_cluster_instance.terraform, aws_sqs_queue.terraform, terraform_root.terraform]
package portcullis.rules.alarm_about_nothing

import data.portcullis.prelude.alarms
import data.portcullis.prelude.alarms.dimensions
import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.hidden

findings contains {"resource": asked.alarm.id, "at": asked.at, "others": others, "message": message} if {
	some asked in lacking
	count(hidden) == 0
	count(possible(asked)) == 0
	others := [{"resource": asked.made[0].id, "at": ["values", asked.made[0].field]}]
	message := sprintf("%s is about %s %s, which nothing in sight makes", [asked.alarm.name, asked.dimension, asked.name])
}

findings contains {"resource": doubt.resource, "at": doubt.at, "message": message} if {
	some asked in lacking
	some doubt in array.concat(hidden, [{"resource": one.id, "at": ["values", one.field]} | some one in possible(asked)])
	message := sprintf("nobody knows whether %s %s is made", [asked.dimension, asked.name])
}

# Only where something of the kind is made in sight: else who makes it is elsewhere.
lacking := [{"alarm": alarm, "at": at, "dimension": dimension, "name": name, "made": made} |
	some alarm in infrastructure.made("aws_cloudwatch_metric_alarm")
	infrastructure.is_told(alarm)
	some one in alarms.queries(alarm.resource)
	some dimension, makers in object.get(dimensions, object.get(one.query, "namespace", ""), {})
	name := object.get(one.query, ["dimensions", dimension], null)
	is_string(name)
	made := [{"id": maker.id, "field": field, "value": infrastructure.value(maker, field)} |
		some type, field in makers
		some maker in infrastructure.made(type)
		infrastructure.is_told(maker)
	]
	count(made) > 0
	count([maker | some maker in made; alarms.is_called(maker.value, name, dimension)]) == 0
	at := array.concat(one.at, ["dimensions", dimension])
]

possible(asked) := [one | some one in asked.made; alarms.may_be_called(one.value, asked.name, asked.dimension)]
