# Quantities such as 500m, 1.5Gi and 1e3.
package portcullis.prelude.quantities

# Something is there, and it is more than nothing.
positive(quantity) if {
	quantity != null
	text := sprintf("%v", [quantity])
	regex.match(`[1-9]`, split_exponent(text))
	not startswith(text, "-")
}

# The digits without exponent and unit.
split_exponent(text) := regex.replace(text, `[a-zA-Z].*$`, "")
