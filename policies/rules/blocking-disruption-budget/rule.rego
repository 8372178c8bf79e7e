# METADATA
# title: Disruption budget that lets no node drain
# description: A budget that never allows an eviction stops every upgrade and consolidation until somebody deletes it.
# custom:
#   severity: error
#   group: availability
#   like:
#     - gatekeeper:poddisruptionbudget
#     - kube-linter:pdb-max-unavailable
#     - kube-linter:pdb-min-available
#     - kube-score:poddisruptionbudget-has-policy
#     - kyverno:deployment-replicas-higher-than-pdb
#     - kyverno:require-reasonable-pdbs
#     - polaris:pdbDisruptionsIsZero
#     - polaris:pdbMinAvailableGreaterThanHPAMinReplicas
#   checklists: [spot]
#   scope: platform
#   target: pod
package portcullis.rules.blocking_disruption_budget

import data.portcullis.prelude.budgets
import data.portcullis.prelude.budgets.served
import data.portcullis.prelude.words
import data.portcullis.prelude.workloads
import data.portcullis.prelude.workloads.all as all_workloads

findings contains {"resource": budget.id, "at": ["spec", field], "others": others, "message": message} if {
	some budget in served
	pods := expected(budget)
	pods > 0
	some field, amount in budgets.amounts(budget)
	budgets.allowed(field, pods, budgets.scaled(amount, pods)) <= 0
	others := concerned(budget, blocks(field, amount))
	message := sprintf("%s %v of %s lets none be evicted", [field, amount, words.pods(pods)])
}

findings contains {"resource": budget.id, "at": ["spec", field], "message": message} if {
	some budget in served
	expected(budget) == 0
	some field, amount in budgets.amounts(budget)
	blocks(field, amount) == 2
	message := sprintf("%s %v never lets a pod be evicted", [field, amount])
}

findings contains {"resource": budget.id, "at": ["spec", field], "message": message} if {
	some budget in served
	some field, amount in budgets.amounts(budget)
	not budgets.is_amount(amount)
	message := sprintf("%s is %v, neither a number of pods nor a percentage up to 100%%", [field, amount])
}

findings contains {"resource": budget.id, "at": ["spec", "minAvailable"], "other": ["spec", "maxUnavailable"], "message": message} if {
	some budget in served
	count(budgets.amounts(budget)) == 2
	message := "minAvailable and maxUnavailable are both set, which the API server refuses"
}

# The controller then expects no pods at all, and of none none may go.
findings contains {"resource": budget.id, "at": ["spec", "maxUnavailable"], "message": message} if {
	some budget in served
	count(budgets.amounts(budget)) == 0
	message := "neither minAvailable nor maxUnavailable is set, which never lets a pod be evicted"
}

findings contains {"resource": workload.id, "at": ["metadata", "name"], "others": others, "message": message} if {
	some workload in all_workloads
	several := workloads.budgets(workload)
	count(several) > 1
	others := [{"resource": budget.id, "at": ["spec", "selector"]} | some budget in several]
	names := concat(", ", sort([budget.name | some budget in several]))
	message := sprintf("pods of %s %s are in several disruption budgets (%s), so none can be evicted", [workload.kind, workload.name, names])
}

# Of one pod and of very many, how often none may go: twice means that it is not for the number of pods.
blocks(field, amount) := count([pods |
	some pods in [1, 1000]
	budgets.allowed(field, pods, budgets.scaled(amount, pods)) <= 0
])

# How many pods a budget guards when the fewest run.
expected(budget) := sum([workloads.fewest(workload).pods | some workload in workloads.guarded(budget)])

# A budget that blocks any number of pods has itself to blame.
concerned(_, 2) := []

concerned(budget, times) := counted(budget) if times < 2

# Where the numbers of those pods stand.
counted(budget) := [{"resource": fewest.id, "at": fewest.at} |
	some workload in workloads.guarded(budget)
	fewest := workloads.fewest(workload)
]
