# What disruption budgets allow.
package portcullis.prelude.budgets

# Those of a version that clusters serve.
served := [budget | some budget in input.platform.kinds.PodDisruptionBudget; budget.selects]

# The machine takes an undefined value for one, so the fields are picked from those that are there.
amounts(budget) := {field: amount |
	some field, amount in budget.resource.spec
	field in {"maxUnavailable", "minAvailable"}
}

is_amount(amount) if {
	is_number(amount)
	amount >= 0
	amount == floor(amount)
}

is_amount(amount) if {
	is_string(amount)
	regex.match(`^([0-9]{1,2}|100)%$`, amount)
}

# How many of so many pods may go, by the amount of a field.
allowed("maxUnavailable", _, amount) := amount

allowed("minAvailable", pods, amount) := pods - amount

# Kubernetes rounds percentages up, of what may go as of what must stay. A number in quotes it refuses, but it is clear what is meant.
scaled(amount, _) := amount if is_number(amount)

scaled(amount, _) := to_number(amount) if {
	is_string(amount)
	regex.match(`^[0-9]{1,9}$`, amount)
}

scaled(amount, pods) := ceil((to_number(trim_suffix(amount, "%")) * pods) / 100) if {
	is_string(amount)
	regex.match(`^[0-9]{1,9}%$`, amount)
}
