# METADATA
# title: Fewer pods than zones
# description: A service with fewer pods than there are zones is down when the wrong zone goes.
# custom:
#   severity: error
#   group: availability
#   like:
#     - gatekeeper:replicalimits
#     - kube-linter:minimum-three-replicas
#     - kube-score:deployment-replicas
#     - kyverno:require-deployments-have-multiple-replicas
#     - polaris:deploymentMissingReplicas
#   checklists: [spot]
#   scope: platform
#   target: pod
#   facts: [zones]
package portcullis.rules.replicas_below_zones

import data.portcullis.prelude.words
import data.portcullis.prelude.workloads
import data.portcullis.prelude.workloads.all as all_workloads
import data.portcullis.prelude.zones.number as zone_count

findings contains {"resource": fewest.id, "at": fewest.at, "message": message} if {
	some workload in all_workloads
	fewest := workloads.fewest(workload)
	fewest.pods < zone_count
	not switched_off(workload, fewest)
	message := sprintf("%s %s may run with %s, fewer than the %d zones", [workload.kind, workload.name, words.pods(fewest.pods), zone_count])
}

# Somebody wrote replicas: 0 and no autoscaler contradicts; what does not run cannot fail.
switched_off(workload, fewest) if {
	fewest.pods == 0
	count(workload.scalers) == 0
}
