# Roles and bindings, as the authorizer of Kubernetes reads them.
package portcullis.prelude.rbac

# The controller overwrites the rules of a role that aggregates others.
rules := [] if is_object(input.resource.aggregationRule)

else := object.get(input.resource, "rules", [])

in_group(rule, group) if group in rule.apiGroups

in_group(rule, _) if "*" in rule.apiGroups

# It holds for all objects, not for a few that it names.
unnamed(rule) if count(object.get(rule, "resourceNames", [])) == 0

# The rules that name one of the resources and give one of the verbs for it, or all.
grants(group, resources, verbs) := [{"i": i, "rule": rule, "at": ["rules", i, "resources", named[0].j], "message": message} |
	some i, rule in rules
	named := [{"j": j, "resource": resource} | some j, resource in rule.resources; resource in resources]
	count(named) > 0
	in_group(rule, group)
	given := [verb | some verb in rule.verbs; verb in (verbs | {"*"})]
	count(given) > 0
	words := [own_name, concat(", ", given), concat(", ", [part.resource | some part in named])]
	message := sprintf("%s grants %s on %s", words)
]

own_name := concat(" ", [word | some word in [object.get(input.resource, "kind", "role"), object.get(input.resource, ["metadata", "name"], "")]; word != ""])

# Who a binding binds, with the place.
subjects := [{"at": ["subjects", i, "name"], "kind": object.get(subject, "kind", ""), "name": object.get(subject, "name", "")} |
	some i, subject in input.resource.subjects
]

# What it binds them to.
bound := sprintf("%s %s", [object.get(reference, "kind", "role"), object.get(reference, "name", "without a name")]) if {
	reference := object.get(input.resource, "roleRef", {})
}
