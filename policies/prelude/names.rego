# Names of what Kubernetes or its add-ons make in every namespace, so that nobody needs to.
package portcullis.prelude.names

# The references of an environment to a kind of the core group that nothing in sight makes, and that something would go without.
missing(kind) := [{"resource": resource.id, "at": reference.at, "name": reference.name, "kind": resource.kind} |
	some resource in input.platform.resources
	some reference in resource.references
	reference.kind == kind
	reference.group == ""
	not reference.optional
	count(reference.ids) == 0
	not may_be(resource, reference)
]

# Where one of the two says nothing of its namespace, whoever applies it does, and they may meet there.
may_be(resource, reference) if {
	some other in input.platform.kinds[reference.kind]
	other.name == reference.name
	other.group == reference.group
	"" in {other.namespace, resource.namespace}
}

# The places of each name in a resource, so that one finding is enough for all of them.
grouped(found) := {[one.resource, one.name] | some one in found}

places(found, resource, name) := [one.at | some one in found; one.resource == resource; one.name == name]
