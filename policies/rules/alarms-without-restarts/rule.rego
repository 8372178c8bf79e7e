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
package portcullis.rules.alarms_without_restarts

import data.portcullis.prelude.terraform

# A root that makes alarms about a cluster, or makes the cluster itself.
findings contains {"at": at, "message": message} if {
	alarms := terraform.managed("aws_cloudwatch_metric_alarm")
	count(alarms) > 0
	about := sort(array.concat([place | some place, _ in terraform.managed("aws_eks_cluster")], [place | some place, alarm in alarms; watches_pods(alarm)]))
	count(about) > 0
	first := about[0]
	heard := [place | some place, alarm in alarms; input.params.metric in metrics(alarm)]
	count([place | some place in heard; terraform.is_beside(place, first)]) == 0
	unknown := sort([at | some place, alarm in alarms; some at in unread(place, alarm)])
	absent := sort([["resources", place] | some place in heard])
	at := array.concat(array.concat(unknown, absent), [["resources", first]])[0]
	message := sprintf("no alarm is about %s", [input.params.metric])
}

watches_pods(alarm) if "ContainerInsights" in spaces(alarm)

spaces(alarm) := [object.get(one, "namespace", "") | some one in queries(alarm)]

metrics(alarm) := [object.get(one, "metric_name", "") | some one in queries(alarm)]

# What an alarm looks at, by itself or in a query.
queries(alarm) := array.concat([object.get(alarm, "values", {})], [metric |
	some one in terraform.blocks_of(alarm, "metric_query")
	some metric in object.get(one.block, "metric", [])
])

unread(place, alarm) := array.concat(
	[["resources", place, "values", "metric_name"] | terraform.is_unknown(object.get(alarm, ["values", "metric_name"], null))],
	[array.concat(["resources", place], at) | some at in terraform.unclear(alarm, "metric_query", "metric")],
)
