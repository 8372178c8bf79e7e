# METADATA
# title: Disruption budget that lets no node drain
# description: A budget that never allows an eviction stops every upgrade and consolidation until somebody deletes it.
# custom:
#   severity: error
#   scope: platform
#   target: pod
package portcullis.rules.blocking_disruption_budget

import data.portcullis.prelude.words
import data.portcullis.prelude.workloads

findings contains {"resource": budget.id, "at": ["spec", field], "message": message} if {
	some budget in input.platform.kinds.PodDisruptionBudget
	pods := expected(budget)
	pods > 0
	some field in ["maxUnavailable", "minAvailable"]
	amount := budget.resource.spec[field]
	allowed(field, pods, scaled(amount, pods)) <= 0
	message := sprintf("%s %v of %s lets none be evicted", [field, amount, words.pods(pods)])
}

findings contains {"resource": budget.id, "at": ["spec", field], "message": message} if {
	some budget in input.platform.kinds.PodDisruptionBudget
	expected(budget) == 0
	some field, amounts in {"maxUnavailable": {0, "0", "0%"}, "minAvailable": {"100%"}}
	amount := budget.resource.spec[field]
	amount in amounts
	message := sprintf("%s %v never lets a pod be evicted", [field, amount])
}

findings contains {"resource": workload.id, "at": ["metadata", "name"], "message": message} if {
	some workload in workloads.all
	budgets := workloads.budgets(workload)
	count(budgets) > 1
	names := concat(", ", sort([budget.name | some budget in budgets]))
	message := sprintf("pods of %s %s are in several disruption budgets (%s), so none can be evicted", [workload.kind, workload.name, names])
}

# How many pods a budget guards when the fewest run.
expected(budget) := sum([workloads.fewest(workload).pods | some workload in workloads.guarded(budget)])

allowed("maxUnavailable", _, amount) := amount

allowed("minAvailable", pods, amount) := pods - amount

# Kubernetes rounds percentages up, of what may go as of what must stay.
scaled(amount, _) := amount if is_number(amount)

scaled(amount, pods) := ceil((to_number(trim_suffix(amount, "%")) * pods) / 100) if {
	is_string(amount)
	regex.match(`^[0-9]+%$`, amount)
}
