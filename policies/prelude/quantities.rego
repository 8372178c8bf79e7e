# Quantities such as 500m, 1.5Gi and 1e3.
package portcullis.prelude.quantities

# More than nothing: its first digit that counts is none but zero.
positive(quantity) if {
	first := substring(trim_left(sprintf("%v", [quantity]), "+0."), 0, 1)
	first in {"1", "2", "3", "4", "5", "6", "7", "8", "9"}
}
