# METADATA
# title: Budget that the loss of a zone breaks
# description: With one zone gone fewer pods are left than the budget says that the service needs.
# custom:
#   severity: warning
#   group: availability
#   "off": A budget may say what a drain may take, not what the service needs; it is for those whose minAvailable is a promise.
#   checklists: [spot]
#   scope: platform
#   target: [PodDisruptionBudget]
#   params:
#     minimum: 1
#   facts: [zones]
package portcullis.rules.zone_loss_below_budget

import data.portcullis.prelude.budgets
import data.portcullis.prelude.budgets.served
import data.portcullis.prelude.words
import data.portcullis.prelude.workloads
import data.portcullis.prelude.workloads.all as all_workloads
import data.portcullis.prelude.zones.number as zone_count

findings contains {"resource": budget.id, "at": ["spec", "minAvailable"], "others": others, "message": message} if {
	some budget in served
	amount := budgets.amounts(budget).minAvailable
	workload := only(workloads.guarded(budget))
	fewest := workloads.fewest(workload)
	needed := budgets.scaled(amount, fewest.pods)
	needed < fewest.pods
	left := remaining(fewest.pods)
	left < needed
	others := [{"resource": fewest.id, "at": fewest.at}]
	message := sprintf("minAvailable %v needs %s, and the loss of a zone leaves %d of %d", [amount, words.pods(needed), left, fewest.pods])
}

findings contains {"resource": fewest.id, "at": fewest.at, "message": message} if {
	some workload in all_workloads
	count(workload.budgets) > 0
	fewest := workloads.fewest(workload)
	fewest.pods >= zone_count
	left := remaining(fewest.pods)
	left < input.params.minimum
	message := sprintf("the loss of a zone leaves %d of %s, fewer than %d", [left, words.pods(fewest.pods), input.params.minimum])
}

# Spread as evenly as can be, the fullest zone goes.
remaining(pods) := pods - ceil(pods / zone_count)

only(guarded) := guarded[0] if count(guarded) == 1
