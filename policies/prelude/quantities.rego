# What requests and limits say, as `amounts` has them.
package portcullis.prelude.quantities

# Both requests and the limit of memory are there, as most containers have them.
complete(amounts) if {
	amounts.requests.cpu > 0
	amounts.requests.memory > 0
	amounts.limits.memory > 0
}

# What is wrong with an amount, where something is.
faults(_, null) := "which is no quantity"

# Null is less than any number, and no number.
faults(_, amount) := "less than nothing" if {
	is_number(amount)
	amount < 0
}

# No program runs in less than a mebibyte.
faults("memory", amount) := "a few bytes: its unit is missing" if {
	amount > 0
	amount < 1048576
}
