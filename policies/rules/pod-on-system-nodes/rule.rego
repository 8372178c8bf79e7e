# METADATA
# title: Application pod on system nodes
# description: System nodes are few and small; an application among their DaemonSets takes the memory that keeps the cluster alive.
# custom:
#   severity: error
#   group: placement
#   "off": How system nodes are marked only their team knows; it is on once `labels` and `taints` say it.
#   scope: resource
#   target: pod
#   params:
#     labels: {}
#     taints: []
#     namespaces: [kube-system]
#   elements: {labels: text, taints: {key: text, value: text, effect: text}}
#   facts: [nodePools]
package portcullis.rules.pod_on_system_nodes

import data.portcullis.prelude.landing.bound_at
import data.portcullis.prelude.landing.terms
import data.portcullis.prelude.placement

findings contains {"at": array.concat(input.pod.at, ["nodeSelector", key]), "message": message} if {
	is_application
	some key, value in input.params.labels
	input.pod.spec.nodeSelector[key] == value
	message := sprintf("application pod picks system nodes: nodeSelector %s is %v", [key, value])
}

findings contains {"at": array.concat(input.pod.at, terms_at), "message": message} if {
	is_application
	some key, value in input.params.labels
	some i, term in terms
	some j, expression in term.matchExpressions
	expression.key == key
	expression.operator == "In"
	value in expression.values
	terms_at := ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms", i, "matchExpressions", j, "values"]
	message := sprintf("application pod picks system nodes: a term of its node affinity lets in %s %v", [key, value])
}

# Nothing keeps it off them: no taint that it does not tolerate, and no label that they do not have.
findings contains {"at": array.concat(input.pod.at, [field]), "message": message} if {
	is_application
	count(input.params.labels) + count(input.params.taints) > 0
	not bound_at
	not elsewhere
	against := [taint | some taint in input.params.taints; not placement.tolerated(taint)]
	count(against) == 0
	[field, message] := lets_in(count(input.params.taints))
}

lets_in(0) := ["nodeSelector", "application pod may land on system nodes: it picks no others"]

lets_in(number) := ["tolerations", "application pod may land on system nodes: it tolerates their taints"] if number > 0

# Every DaemonSet runs on every node.
is_application if {
	input.resource.kind != "DaemonSet"
	namespace := object.get(input.resource, ["metadata", "namespace"], "")
	not namespace in input.params.namespaces
}

elsewhere if {
	some key, value in input.pod.spec.nodeSelector
	input.params.labels[key] != value
}

elsewhere if {
	some key, _ in input.params.labels
	key in object.keys(object.get(input.pod.spec, "nodeSelector", {}))
}

# Each term asks for one of their labels, and is told above where it is theirs.
elsewhere if {
	count(terms) > 0
	loose := [term | some term in terms; not picks(term)]
	count(loose) == 0
}

picks(term) if {
	some expression in term.matchExpressions
	expression.key in object.keys(input.params.labels)
}
