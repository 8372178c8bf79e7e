# What is there twice in a list.
package portcullis.prelude.duplicates

# The places of values that have been there before, and where; what is not there, null, is nothing twice. Mostly all are different, which is found out
# at once.
repeated(values) := {} if count({value | some value in values}) == count(values)

else := {j: i |
	some j, value in values
	value != null
	i := min([place | some place, other in values; other == value])
	i < j
}
