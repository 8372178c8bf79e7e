# METADATA
# title: Workload of several autoscalers
# description: Two autoscalers of one workload undo each other's decisions, and it grows and shrinks without end.
# custom:
#   severity: error
#   group: availability
#   scope: platform
#   target: pod
package portcullis.rules.several_autoscalers

findings contains {"resource": second.id, "at": ["spec", "scaleTargetRef", "name"], "others": others, "message": message} if {
	some workload in input.platform.resources
	count(workload.scalers) > 1
	scalers := [input.platform.resources[id] | some id in workload.scalers]
	taking_over := [scaler.id | some scaler in scalers; takes_over(scaler)]
	count(taking_over) == 0
	first := scalers[0]
	some i, second in scalers
	i > 0
	others := [{"resource": first.id, "at": ["spec", "scaleTargetRef", "name"]}]
	message := sprintf("%s %s is scaled by %s %s already", [workload.kind, workload.name, first.kind, first.name])
}

# KEDA may be told to go on with an autoscaler that is there.
takes_over(scaler) if scaler.resource.metadata.annotations["scaledobject.keda.sh/transfer-hpa-ownership"] == "true"
