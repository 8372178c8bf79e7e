# METADATA
# title: Workload without a disruption budget
# description: A drain of several nodes at once may take all pods of a service at once.
# custom:
#   severity: error
#   scope: platform
#   target: pod
package portcullis.rules.missing_disruption_budget

import data.portcullis.prelude.containers
import data.portcullis.prelude.workloads

findings contains finding if {
	some workload in workloads.all
	some c in workload.pod.containers
	containers.serves(c)
	fewest := workloads.fewest(workload)
	fewest.pods > 1
	count(workloads.budgets(workload)) == 0
	message := sprintf("no PodDisruptionBudget selects the pods of %s %s", [workload.kind, workload.name])
	others := [{"resource": fewest.id, "at": fewest.at}]
	finding := {"resource": workload.id, "at": ["metadata", "name"], "lacks": "PodDisruptionBudget", "others": others, "message": message}
}
