# METADATA
# title: NodePool whose disruption nothing bounds
# description: Without a budget Karpenter may replace all nodes of a pool at once, and with one of none it never patches any.
# custom:
#   severity: warning
#   group: placement
#   scope: resource
#   target: [NodePool]
package portcullis.rules.node_pool_without_budget

budgets := input.resource.spec.disruption.budgets

# Without a word there is a budget of 10%; an empty list takes it away.
findings contains {"at": ["spec", "disruption", "budgets"], "message": message} if {
	is_array(budgets)
	open := [reason | some reason in reasons; not bounded(reason)]
	count(open) > 0
	message := sprintf("no budget bounds at all times how many nodes go when they are %s", [concat(" or ", open)])
}

findings contains {"at": ["spec", "disruption", "budgets", i, "nodes"], "message": message} if {
	some i, budget in budgets
	always(budget)
	is_none(budget)
	covers(budget, "Drifted")
	message := sprintf("budget of %v nodes at all times: none is ever replaced, not even for a patch", [budget.nodes])
}

# Nothing runs on empty nodes.
reasons := ["Drifted"] if input.resource.spec.disruption.consolidationPolicy == "WhenEmpty"

else := ["Drifted"] if input.resource.spec.disruption.consolidateAfter == "Never"

else := ["Drifted", "Underutilized"]

bounded(reason) if {
	some budget in budgets
	always(budget)
	covers(budget, reason)
	not budget.nodes == "100%"
}

always(budget) if object.get(budget, "schedule", "") == ""

covers(budget, _) if count(object.get(budget, "reasons", [])) == 0

covers(budget, reason) if reason in budget.reasons

is_none(budget) if budget.nodes in {"0", "0%", 0}
