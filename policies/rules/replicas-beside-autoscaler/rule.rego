# METADATA
# title: Number of pods that an autoscaler changes
# description: Each sync sets the number back to what Git says, in the middle of the load.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kube-score:deployment-targeted-by-hpa-does-not-have-replicas-configured
#   scope: platform
#   target: pod
#   joins: [Application.argoproj.io]
package portcullis.rules.replicas_beside_autoscaler

import data.portcullis.prelude.workloads.all as all_workloads

findings contains {"resource": workload.id, "at": ["spec", "replicas"], "others": others, "message": message} if {
	some workload in all_workloads
	count(workload.scalers) > 0
	replicas := workload.resource.spec.replicas
	not left_alone(workload)
	others := [{"resource": id, "at": ["spec", "scaleTargetRef"]} | some id in workload.scalers]
	scaler := input.platform.resources[workload.scalers[0]]
	message := sprintf("%s %s has replicas %v, which %s %s changes", [workload.kind, workload.name, replicas, scaler.kind, scaler.name])
}

# Argo CD was told not to care.
left_alone(workload) if {
	some application in input.platform.kinds.Application
	application.name == workload.application
	some ignored in application.resource.spec.ignoreDifferences
	object.get(ignored, "kind", "*") in {workload.kind, "*"}
	some path in array.concat(object.get(ignored, "jsonPointers", []), object.get(ignored, "jqPathExpressions", []))
	path in {"/spec/replicas", ".spec.replicas"}
}
