# Names that resources ask for, and that nothing in sight has.
package portcullis.prelude.names

# The references of a resource to a kind of the core group that nothing in sight makes, and that something would not do without.
missing(resource, kind) := [reference |
	some reference in resource.references
	reference.kind == kind
	reference.group == ""
	not reference.optional
	count(reference.ids) == 0
	not may_be(resource, reference)
]

# Where one of the two says nothing of its namespace, whoever applies it does, and they may meet there.
may_be(_, reference) if [reference.group, reference.kind, reference.name] in placeless

may_be(resource, reference) if {
	resource.namespace == ""
	[reference.group, reference.kind, reference.name] in everywhere
}

placeless := {[resource.group, resource.kind, resource.name] |
	some id in input.platform.namespaces[""]
	resource := input.platform.resources[id]
}

everywhere := {[resource.group, resource.kind, resource.name] | some resource in input.platform.resources}

# The places of each name, so that one finding is enough for all of them.
places(missed, name) := [one.at | some one in missed; one.name == name]
