# Label selectors, as Kubernetes reads them.
package portcullis.prelude.selectors

# A selector that is not there selects nothing; an empty one selects everything.
matches(selector, labels) if {
	is_object(selector)
	different := [key | some key, value in match_labels(selector); object.get(labels, key, null) != value]
	count(different) == 0
	unmet := [i | some i, requirement in match_expressions(selector); not holds(requirement, labels)]
	count(unmet) == 0
}

is_empty(selector) if {
	is_object(selector)
	count(match_labels(selector)) == 0
	count(match_expressions(selector)) == 0
}

match_labels(selector) := object.get(selector, "matchLabels", {})

match_expressions(selector) := object.get(selector, "matchExpressions", [])

# The keys of the labels that it looks at.
asked(selector) := object.keys(match_labels(selector)) | {requirement.key | some requirement in match_expressions(selector)} if is_object(selector)

else := set()

# One requirement of a label selector or of a node affinity.
holds(requirement, labels) if {
	requirement.operator == "In"
	labels[requirement.key] in requirement.values
}

holds(requirement, labels) if {
	requirement.operator == "NotIn"
	not requirement.key in object.keys(labels)
}

holds(requirement, labels) if {
	requirement.operator == "NotIn"
	value := labels[requirement.key]
	not value in requirement.values
}

holds(requirement, labels) if {
	requirement.operator == "Exists"
	requirement.key in object.keys(labels)
}

holds(requirement, labels) if {
	requirement.operator == "DoesNotExist"
	not requirement.key in object.keys(labels)
}
