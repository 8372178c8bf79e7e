# What holds all pods of a workload in one zone, whatever their spread says.
package portcullis.prelude.pins

import data.portcullis.prelude.selectors

# The labels by which nodes say their zone in one way or another, or which node they are.
families := [
	{"word": "zone", "labels": {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"}, "all": configured},
	{"word": "zone", "labels": {"topology.k8s.aws/zone-id"}, "all": set()},
	{"word": "node", "labels": {"kubernetes.io/hostname"}, "all": set()},
]

configured := {zone | some zone in object.get(input.params, "zones", [])}

all contains {"at": ["nodeSelector", label], "message": message} if {
	some label, value in object.get(input.pod.spec, "nodeSelector", {})
	some family in families
	label in family.labels
	message := sprintf("nodeSelector pins all pods to %s %v", [family.word, value])
}

node_affinity := ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]

# A term without any expression lets no node in.
terms := [{"i": i, "expressions": expressions} |
	some i, term in object.get(input.pod.spec, node_affinity, [])
	expressions := object.get(term, "matchExpressions", [])
	count(expressions) + count(object.get(term, "matchFields", [])) > 0
]

# Which zones at least one term lets in; two that nobody names stand for all others where they are not known.
admitted(family) := {zone |
	some zone in candidates(family)
	some term in terms
	unmet := [e | some e in term.expressions; e.key in family.labels; not selectors.holds(e, {e.key: zone})]
	count(unmet) == 0
}

candidates(family) := family.all if count(family.all) > 0

candidates(family) := named | {"", "-"} if {
	count(family.all) == 0
	named := {value | some term in terms; some e in term.expressions; e.key in family.labels; some value in object.get(e, "values", [])}
}

# Several terms may be needed for it; each of them had its say.
all contains {"at": at, "others": others, "message": message} if {
	count(terms) > 0
	some family in families
	count(candidates(family)) > 1
	ways := [array.concat(node_affinity, [term.i, "matchExpressions", j, "values"]) |
		some term in terms
		some j, expression in term.expressions
		expression.key in family.labels
	]
	count(ways) > 0
	left := admitted(family)
	count(left) < 2
	at := ways[0]
	others := [{"at": array.concat(input.pod.at, way)} | some way in array.slice(ways, 1, count(ways))]
	message := sprintf("required node affinity leaves %s", [words(family.word, left)])
}

words(word, left) := sprintf("no %s", [word]) if count(left) == 0

words(word, left) := sprintf("only %s %s", [word, concat("", left)]) if count(left) == 1

pod_affinity := ["affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]

# Pods that must be near each other, and may not be too many in one zone, cannot even be scheduled.
all contains {"at": array.concat(pod_affinity, [i, "topologyKey"]), "others": others, "message": message} if {
	some i, term in object.get(input.pod.spec, pod_affinity, [])
	some family in families
	term.topologyKey in family.labels
	means_itself(term)
	selector := array.concat(array.concat(input.pod.at, pod_affinity), [i, "labelSelector"])
	labels := [array.concat(input.pod.metadata_at, ["labels", key]) | some key in selectors.asked(term.labelSelector)]
	others := [{"at": at} | some at in array.concat([selector], labels)]
	message := sprintf("required podAffinity keeps all pods in the %s of the first one", [family.word])
}

means_itself(term) if {
	selectors.matches(object.get(term, "labelSelector", null), input.pod.labels)
	others := [key | some key in object.get(term, "mismatchLabelKeys", []); key in object.keys(input.pod.labels)]
	count(others) == 0
	namespaces := object.get(term, "namespaces", [])
	in_namespace(namespaces, term)
}

in_namespace(namespaces, term) if {
	count(namespaces) == 0
	object.get(term, "namespaceSelector", {}) == {}
}

in_namespace(namespaces, _) if object.get(input.resource, ["metadata", "namespace"], "") in namespaces
