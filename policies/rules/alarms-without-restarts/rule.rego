# METADATA
# title: Alarms that hear of no restarts
# description: A service that crashes again and again is then found by its customers.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     metric: pod_number_of_container_restarts
#     metricNamespace: ContainerInsights
package portcullis.rules.alarms_without_restarts

import data.portcullis.prelude.alarms as looks
import data.portcullis.prelude.terraform

# A root that makes alarms about a cluster, or makes the cluster itself.
findings contains {"at": at, "message": message} if {
	alarms := terraform.managed("aws_cloudwatch_metric_alarm")
	count(alarms) > 0
	about := sort(array.concat([place | some place, _ in terraform.managed("aws_eks_cluster")], [place | some place, alarm in alarms; watches_pods(alarm)]))
	count(about) > 0
	first := about[0]
	heard := [place | some place, alarm in alarms; hears(alarm)]
	count([place | some place in heard; terraform.is_beside(place, first)]) == 0
	unknown := sort([at | some place, alarm in alarms; some at in unread(place, alarm)])
	absent := sort([["resources", place] | some place in heard])
	astray := sort([["resources", place] | some place, alarm in alarms; is_astray(alarm)])
	at := array.concat(array.concat(unknown, absent), array.concat(astray, [["resources", first]]))[0]
	message := sprintf("no alarm is about %s of %s", [input.params.metric, input.params.metricNamespace])
}

watches_pods(alarm) if {
	some one in looks.queries(alarm)
	is_about_pods(one.query)
}

is_about_pods(query) if object.get(query, "namespace", "") == input.params.metricNamespace

is_about_pods(query) if object.get(query, "metric_name", "") == input.params.metric

hears(alarm) if {
	some one in looks.queries(alarm)
	object.get(one.query, "metric_name", "") == input.params.metric
	object.get(one.query, "namespace", "") == input.params.metricNamespace
}

# `SELECT MAX(…) FROM "ContainerInsights"`, or a search.
hears(alarm) if {
	some one in terraform.blocks_of(alarm, "metric_query")
	said := object.get(one.block, "expression", "")
	contains(said, input.params.metric)
	contains(said, input.params.metricNamespace)
}

# In any other namespace there is no such metric.
is_astray(alarm) if {
	some one in looks.queries(alarm)
	object.get(one.query, "metric_name", "") == input.params.metric
}

unread(place, alarm) := array.concat(
	[array.concat(["resources", place], at) | some at in terraform.unclear(alarm, "metric_query", "metric")],
	[array.concat(["resources", place], array.concat(one.at, [field])) |
		some one in looks.queries(alarm)
		some field in ["metric_name", "namespace"]
		terraform.is_unknown(object.get(one.query, field, null))
	],
)
