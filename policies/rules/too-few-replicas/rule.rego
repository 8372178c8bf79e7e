# METADATA
# title: Workload with too few pods
# description: What is left while one pod moves must carry the load alone.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - gatekeeper:replicalimits
#     - kube-linter:minimum-three-replicas
#   "off": The rule replicas-below-zones asks for a pod in each zone; this one is for those who want more than that.
#   scope: platform
#   target: pod
#   params:
#     minimum: 3
package portcullis.rules.too_few_replicas

import data.portcullis.prelude.words
import data.portcullis.prelude.workloads
import data.portcullis.prelude.workloads.all as all_workloads

findings contains {"resource": fewest.id, "at": fewest.at, "message": message} if {
	some workload in all_workloads
	fewest := workloads.fewest(workload)
	fewest.pods < input.params.minimum
	not switched_off(workload, fewest)
	wanted := [workload.kind, workload.name, words.pods(fewest.pods), input.params.minimum]
	message := sprintf("%s %s may run with %s, fewer than %v", wanted)
}

# Somebody wrote replicas: 0 and no autoscaler contradicts.
switched_off(workload, fewest) if {
	fewest.pods == 0
	count(workload.scalers) == 0
}
