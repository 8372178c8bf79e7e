# METADATA
# title: Disruption budget that guards nothing
# description: A budget that lets all pods go at once guards nothing, so that a drain of nodes takes the service down.
# custom:
#   severity: warning
#   group: availability
#   scope: platform
#   target: [PodDisruptionBudget]
package portcullis.rules.toothless_disruption_budget

import data.portcullis.prelude.budgets
import data.portcullis.prelude.budgets.served
import data.portcullis.prelude.words
import data.portcullis.prelude.workloads

findings contains {"resource": budget.id, "at": ["spec", field], "others": others, "message": message} if {
	some budget in served
	some field, amount in budgets.amounts(budget)
	budgets.is_amount(amount)
	guarded := workloads.guarded(budget)
	count(guarded) == 1
	fewest := workloads.fewest(guarded[0])

	# A single pod goes or stays.
	fewest.pods > 1
	budgets.allowed(field, fewest.pods, budgets.scaled(amount, fewest.pods)) >= fewest.pods
	others := [{"resource": fewest.id, "at": fewest.at}]
	message := sprintf("%s %v lets all %s go at once", [field, amount, words.pods(fewest.pods)])
}
