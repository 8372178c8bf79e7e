# METADATA
# title: Workload whose restarts no alarm counts
# description: A service that crashes again and again is then found by its customers.
# custom:
#   severity: error
#   group: platform
#   scope: platform
#   target: [DaemonSet, Deployment, Rollout, StatefulSet]
#   joins: [aws_cloudwatch_metric_alarm.terraform, terraform_root.terraform]
#   params:
#     metric: pod_number_of_container_restarts
#     metricNamespace: ContainerInsights
package portcullis.rules.workload_without_restart_alarm

import data.portcullis.prelude.alarms as looks
import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.hidden
import data.portcullis.prelude.terraform

# Only where some alarm counts restarts: that there is one at all is another rule's business.
findings contains {"resource": workload.id, "at": ["metadata", "name"], "others": others, "message": message} if {
	some workload in workloads
	count(alarms) > 0
	count([alarm | some alarm in alarms; may_cover(alarm, workload)]) == 0
	count(hidden) == 0
	others := [{"resource": alarm.id, "at": alarm.at} | some alarm in alarms]
	message := sprintf("no alarm counts the restarts of %s %s: those that there are watch %s", [workload.kind, workload.name, watched])
}

# Nobody knows what the only alarm that may be about it watches, or whether it is there.
findings contains {"resource": alarm.id, "at": alarm.doubt, "message": message} if {
	some workload in workloads
	covering := [alarm | some alarm in alarms; may_cover(alarm, workload)]
	count(covering) > 0
	count([alarm | some alarm in covering; alarm.doubt == []]) == 0
	some alarm in covering
	message := sprintf("nobody knows whether %s counts the restarts of %s %s", [alarm.name, workload.kind, workload.name])
}

workloads := [one |
	some kind in ["DaemonSet", "Deployment", "Rollout", "StatefulSet"]
	some one in infrastructure.objects(kind)
	one.pod
	one.namespace != ""
]

# What counts restarts, by itself or in a query, with what it is narrowed to.
alarms := [{"id": alarm.id, "name": alarm.name, "at": one.at, "dimensions": dimensions, "doubt": doubt} |
	some alarm in infrastructure.made("aws_cloudwatch_metric_alarm")
	some one in looks.queries(alarm.resource)
	object.get(one.query, "metric_name", "") == input.params.metric
	terraform.may_be(object.get(one.query, "namespace", ""), {input.params.metricNamespace})
	dimensions := object.get(one.query, "dimensions", {})
	unknown := array.concat(
		[array.concat(one.at, ["dimensions"]) | has_unknown(dimensions)],
		[array.concat(one.at, ["namespace"]) | terraform.is_unknown(object.get(one.query, "namespace", null))],
	)
	absent := [["existence"] | object.get(alarm.resource, "existence", "certain") != "certain"]
	doubt := array.concat(array.concat(unknown, absent), [[]])[0]
]

has_unknown(dimensions) if terraform.is_unknown(dimensions)

has_unknown(dimensions) if {
	is_object(dimensions)
	some value in dimensions
	terraform.is_unknown(value)
}

# What it is narrowed to is the workload, as far as anybody knows.
may_cover(alarm, _) if terraform.is_unknown(alarm.dimensions)

may_cover(alarm, workload) if {
	own := {"Namespace": workload.namespace, "PodName": workload.name, "Service": workload.name, "FullPodName": ""}
	strange := [name |
		some name, value in alarm.dimensions
		some field, wanted in own
		name == field
		is_string(value)
		value != wanted
	]
	count(strange) == 0
}

watched := concat(", ", sort({text |
	some alarm in alarms
	some name, value in alarm.dimensions
	name != "ClusterName"
	text := sprintf("%s %v", [name, value])
}))
