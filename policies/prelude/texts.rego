# Texts of which only parts are known: `$pieces` of one that is put together, `$either` of one that is one of two.
package portcullis.prelude.texts

import data.portcullis.prelude.terraform

# The ways that a value may turn out; one that is one of two may be so again.
ways(value) := [way | some one in arms(value); some way in arms(one)]

arms(value) := found if {
	is_object(value)
	found := object.get(value, "$either", [])
	count(found) > 0
} else := [value]

# Its parts, in their order; what is not known of them is an object.
pieces(value) := found if {
	is_object(value)
	found := object.get(value, "$pieces", [])
	count(found) > 0
} else := [value]

# What it begins and ends with, where that is known.
beginning(value) := first if {
	first := pieces(value)[0]
	is_string(first)
}

ending(value) := last if {
	parts := pieces(value)
	last := parts[count(parts) - 1]
	is_string(last)
}

# What stands behind its last slash, where that is known.
tail(value) := parts[count(parts) - 1] if {
	last := ending(value)
	parts := split(last, "/")
	count(parts) + count([1 | is_string(value)]) > 1
}

# One of its parts has a sign: so has the whole, whatever the others are.
has(value, sign) if {
	some piece in pieces(value)
	is_string(piece)
	contains(piece, sign)
}

# Where a fault is that known parts decide: a place that is not known would be one of which nobody can tell.
settled(at, value) := at if not terraform.is_unknown(value)

else := array.slice(at, 0, count(at) - 1)

# It may turn out to be a text that no resource has as its name or ARN, as `*`.
may_turn(value, text) if {
	some way in ways(value)
	not is_own(way)
	may_read(way, text)
}

# What a resource has once it is there, or what is read of one: its ARN or its id.
is_own(way) if endswith(object.get(way, "$unknown", ""), "is known after it is applied")

is_own(way) if {
	is_object(way)
	regex.match(`(^|[_.])(arns?|id|ids)([^a-z]|$)`, object.get(way, "$attribute", ""))
}

# Whether what is not known, or only in parts, may be this text.
may_read(value, text) if {
	terraform.is_unknown(value)
	object.get(value, "$pieces", null) == null
	object.get(value, "$either", null) == null
	text != ""
}

may_read(value, text) if {
	some one in object.get(value, "$either", [])
	terraform.may_be(one, {text})
}

may_read(value, text) if {
	parts := object.get(value, "$pieces", [])
	count(parts) > 0
	begins(parts[0], text)
	ends(parts[count(parts) - 1], text)
	strange := [piece | some piece in parts; is_string(piece); not contains(text, piece)]
	count(strange) == 0
}

begins(piece, text) if startswith(text, piece)

begins(piece, _) if is_object(piece)

ends(piece, text) if endswith(text, piece)

ends(piece, _) if is_object(piece)
