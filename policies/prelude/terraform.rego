# What resources of Terraform set, and what may stand behind what is not known: an object with `$unknown`. Who finds something at such a value has
# found nothing, which Rust tells; so rules ask for what is wrong or may be.
package portcullis.prelude.terraform

# What is only read has none: rules are about what is made.
address := object.get(input.resource, ["metadata", "name"], "") if object.get(input.resource, "mode", "managed") == "managed"

values := object.get(input.resource, "values", {})

is_unknown(value) if {
	is_object(value)
	object.get(value, "$unknown", null) != null
}

is_true(value) if value in {true, "true"}

is_false(value) if value in {false, "false"}

# It is one of these, or nobody knows.
may_be(value, wanted) if value in wanted

may_be(value, _) if is_unknown(value)

# A value as a list, as most fields of policies take one or several.
listed(value) := value if is_array(value)

else := [] if value == null

else := [value]

# Nobody gave it, or nobody knows whether somebody did: what another resource has once it is there, or a text of known parts, is given.
may_lack(value) if value in {null, ""}

may_lack(value) if is_vague(value)

is_vague(value) if {
	is_unknown(value)
	object.get(value, "$of", "") == ""
	object.get(value, "$pieces", []) == []

	# So does what is made in another root.
	reason := object.get(value, "$unknown", "")
	not endswith(reason, "is known after it is applied")
}

# The place of a field; where what is said of it rests on other fields, of the first of these that is not known.
resting(field, others) := array.concat(unknown_of(others), [["values", field]])[0]

unknown_of(fields) := [["values", field] | some field in fields; is_unknown(object.get(values, field, null))]

# The blocks of a name, with their places; where it is not known how many there are, there may be none.
blocks(name) := blocks_of(input.resource, name)

blocks_of(resource, name) := [{"at": ["values", name, i], "block": block} |
	found := object.get(resource, ["values", name], [])
	is_array(found)
	some i, block in found
	is_object(block)
]

# Where it is not known which blocks of a name there are, or what a field of one is.
unclear(resource, name, field) := array.concat(whole, parts) if {
	whole := [["values", name] | is_unknown(object.get(resource, ["values", name], null))]
	parts := [array.concat(one.at, [field]) | some one in blocks_of(resource, name); is_unclear(one.block, field)]
}

is_unclear(block, _) if is_unknown(block)

is_unclear(block, field) if is_unknown(object.get(block, field, null))

# Where it shows that no block has a field as it is wanted: at the first of what is not known of them, else at all of them. Nothing where one has it.
lacking(resource, name, field, wanted) := found[0] if {
	not has(resource, name, field, wanted)
	found := array.concat(unclear(resource, name, field), [["values", name]])
}

has(resource, name, field, wanted) if {
	some one in blocks_of(resource, name)
	object.get(one.block, field, null) in wanted
}

# The statements of a JSON document by the path of the text that it is, with their places.
statements(path) := statements_of(input.resource, path)

statements_of(resource, path) := [{"at": array.concat(["documents", path, "Statement"], step), "statement": statement} |
	found := object.get(resource, ["documents", path, "Statement"], [])
	some i, statement in listed(found)
	is_object(statement)
	step := [i | is_array(found)]
]

# Where a document, or a statement of one, is not known at all.
unread(path) := array.concat(whole, parts) if {
	name := trim_prefix(path, "/")
	whole := [["values", name] | is_unknown(object.get(values, name, null)); object.get(input.resource, ["documents", path], null) == null]
	parts := [one.at | some one in statements(path); is_unknown(one.statement)]
}

# All statements of all documents.
all_statements := [one | some path, _ in object.get(input.resource, "documents", {}); some one in statements(path)]

is_allow(statement) if object.get(statement, "Effect", "Allow") == "Allow"

# The resources of a root that have a type.
managed(type) := {place: resource |
	some place, resource in object.get(input.resource, "resources", {})
	object.get(resource, "type", "") == type
	object.get(resource, "mode", "managed") == "managed"
}

# Every module that the root calls is here, or a contract says what it makes.
is_whole if {
	hidden := [place | some place, call in object.get(input.resource, "calls", {}); not call.found; not call.contract]
	count(hidden) == 0
}

# The addresses of those that name another resource in a field.
linked(type, field, other) := {place |
	some place, resource in managed(type)
	names(object.get(resource, ["values", field], null), other)
}

names(value, other) if {
	is_object(value)
	object.get(value, "$of", "") == other
}

names(value, other) if {
	is_string(value)
	own := object.get(input.resource, ["resources", other, "values"], {})
	value in {object.get(own, field, null) | some field in ["bucket", "cluster_identifier", "name"]}
}

# Where a resource has fewer others that name it than it should: at one that may not be there, else where it lacks them. Nothing where it has enough.
unlinked(type, field, other, wanted) := found[0] if {
	others := linked(type, field, other)
	certain := {place | some place in others; is_beside(place, other)}
	count(certain) < wanted
	found := array.concat(sort([["resources", place] | some place in (others - certain)]), [missing_at(type, field, other)])
}

# It is there wherever another one is.
is_beside(place, _) if existence(place) == "certain"

is_beside(_, other) if existence(other) != "certain"

existence(place) := object.get(input.resource, ["resources", place, "existence"], "certain")

# The resources that a value names: one, or a list of them.
named(value) := {other |
	some one in listed(value)
	is_object(one)
	other := object.get(one, "$of", "")
	other != ""
}

# Those of which nobody knows whom they name.
vague(type, field) := {place |
	some place, resource in managed(type)
	value := object.get(resource, ["values", field], null)
	is_unknown(value)
	not object.get(value, "$of", "") in object.keys(input.resource.resources)
}

# Where a resource lacks another one that names it: at itself, or at what may name it.
missing_at(type, field, other) := ["resources", unclear[0], "values", field] if {
	unclear := sort([place | some place in vague(type, field)])
	count(unclear) > 0
} else := ["resources", other]
