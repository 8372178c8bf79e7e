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

# Whether a term of an affinity may be about pods of a namespace: it is about that of the pod itself where it says nothing. Which namespaces a
# selector selects, and in which one an object without a name for it comes to be, others say.
concerns(term, _) if {
	count(object.get(term, "namespaces", [])) == 0
	not is_object(object.get(term, "namespaceSelector", null))
}

concerns(term, namespace) if namespace in term.namespaces

concerns(term, _) if is_object(term.namespaceSelector)

concerns(_, namespace) if namespace == ""

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
