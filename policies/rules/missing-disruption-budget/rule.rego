# METADATA
# title: Workload without a disruption budget
# description: A drain of several nodes at once may take all pods of a service at once.
# custom:
#   severity: error
#   group: availability
#   like:
#     - kube-score:deployment-has-poddisruptionbudget
#     - kube-score:statefulset-has-poddisruptionbudget
#     - kyverno:require-pdb
#     - polaris:missingPodDisruptionBudget
#   checklists: [spot]
#   scope: platform
#   target: pod
package portcullis.rules.missing_disruption_budget

import data.portcullis.prelude.budgets.served
import data.portcullis.prelude.selectors
import data.portcullis.prelude.workloads
import data.portcullis.prelude.workloads.all as all_workloads

findings contains finding if {
	some workload in unguarded
	count(meant(workload)) == 0
	fewest := workloads.fewest(workload)
	others := [{"resource": fewest.id, "at": fewest.at}]
	finding := {"resource": workload.id, "at": ["metadata", "name"], "lacks": "PodDisruptionBudget", "others": others, "message": message(workload)}
}

# A budget that was written for these pods and selects none is where to look, or the label of theirs that it asks for.
findings contains finding if {
	some workload in unguarded
	missed := meant(workload)[0]
	others := [{"resource": workload.id, "at": array.concat(workload.pod.metadata_at, ["labels", missed.key])}]
	at := ["spec", "selector", "matchLabels", missed.key]
	finding := {"resource": missed.budget, "at": at, "others": others, "message": message(workload)}
}

unguarded := [workload |
	some workload in all_workloads
	count(workloads.budgets(workload)) == 0
	workloads.fewest(workload).pods > 1
]

# Budgets of the same application that select nothing and ask for some labels that these pods have, and for others that they have not.
meant(workload) := [{"budget": budget.id, "key": key} |
	some budget in served
	count(budget.selects) == 0
	budget.namespace == workload.namespace
	budget.application == workload.application
	asked := selectors.match_labels(object.get(budget.resource, ["spec", "selector"], {}))
	met := [key | some key, value in asked; object.get(workload.pod.labels, key, null) == value]
	count(met) > 0
	some key, _ in asked
	not key in met
]

message(workload) := sprintf("no PodDisruptionBudget selects the pods of %s %s", [workload.kind, workload.name])
