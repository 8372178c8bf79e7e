# Where a pod can land: NodePools against nodeSelector, required node affinity and tolerations.
package portcullis.prelude.placement

import data.portcullis.prelude.selectors

capacity_type := "karpenter.sh/capacity-type"

# Without any NodePool in sight: one that makes nodes of every kind.
pools := input.params.nodePools if count(input.params.nodePools) > 0

else := [{"name": "", "labels": {}, "limits": {}, "requirements": [], "taints": []}]

# The ways for the pod onto a Spot node.
spot_ways := ways("spot")

# Whether the pod fits a node that stays; without any NodePool in sight, nobody knows.
fits_on_demand if {
	some capacity in ["on-demand", "reserved"]
	count(ways(capacity)) > 0
}

# It picks its nodes, rightly or wrongly.
picks_nodes if count(input.pod.spec.nodeSelector) > 0

picks_nodes if count(required) > 0

# The ways for the pod onto nodes of a capacity, as pool and term of the node affinity; -1 where there is no affinity.
ways(capacity) := [{"pool": pool.name, "term": term} |
	some known in pools
	pool := object.union(known, {"fixed": fixed(known, capacity)})
	admits(pool, {"key": capacity_type, "operator": "In", "values": [capacity]})
	tolerates(pool)
	selects_node_of(pool)
	some term in open_terms(pool)
]

selects_node_of(pool) if {
	unmet := [key |
		some key, value in object.get(input.pod.spec, "nodeSelector", {})
		wanted := {"key": key, "operator": "In", "values": [value]}
		not admits(pool, wanted)
	]
	count(unmet) == 0
}

required := input.pod.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms

# One term is enough to let a pod in; a term without any expression lets nobody in.
open_terms(pool) := [i |
	some i, term in required
	expressions := object.get(term, "matchExpressions", [])
	count(expressions) + count(object.get(term, "matchFields", [])) > 0
	unmet := [e | some e in expressions; not admits(pool, e)]
	count(unmet) == 0
] if required

else := [-1]

# Whether a node of the pool with its capacity can meet a requirement.
admits(pool, requirement) if {
	label := pool.fixed[requirement.key]
	selectors.holds(requirement, {requirement.key: label})
	allowed(pool, requirement.key, label)
}

admits(pool, requirement) if {
	not requirement.key in object.keys(pool.fixed)
	requirement.operator == "Exists"
	possible(pool, requirement.key)
}

# Numbers that a pod asks for are not compared: what may be, may let it in.
admits(pool, requirement) if {
	requirement.operator in {"Gt", "Gte", "Lt", "Lte"}
	possible(pool, requirement.key)
}

admits(pool, requirement) if {
	not requirement.key in object.keys(pool.fixed)
	requirement.operator == "In"
	possible(pool, requirement.key)
	some value in requirement.values
	allowed(pool, requirement.key, value)
}

admits(pool, requirement) if {
	not requirement.key in object.keys(pool.fixed)
	requirement.operator == "NotIn"
	not only_offers(pool, requirement.key, requirement.values)
}

admits(pool, requirement) if {
	not requirement.key in object.keys(pool.fixed)
	requirement.operator == "DoesNotExist"
	not well_known(requirement.key)
	not demanded(pool, requirement.key)
}

# What is certain of such a node.
fixed(pool, capacity) := object.union(object.union(pool.labels, named(pool, capacity)), {capacity_type: capacity})

# Where no pool is in sight, nodes may be of a managed group, too.
named(pool, capacity) := {"karpenter.sh/nodepool": pool.name} if pool.name != ""

else := {"eks.amazonaws.com/capacityType": {"on-demand": "ON_DEMAND", "reserved": "CAPACITY_BLOCK", "spot": "SPOT"}[capacity]}

# Karpenter makes nodes with labels that the pool names or that every node has, and with no others.
possible(_, key) if well_known(key)

possible(pool, key) if demanded(pool, key)

possible(pool, _) if pool.name == ""

demanded(pool, key) if {
	some requirement in pool.requirements
	requirement.key == key
}

well_known(key) if {
	not key in of_managed_groups
	some part in ["kubernetes.io/", "karpenter.sh/", "karpenter.k8s.aws/", "topology.k8s.aws/", "eks.amazonaws.com/"]
	contains(key, part)
}

# Labels of nodes of managed node groups, which Karpenter's never have.
of_managed_groups := {"eks.amazonaws.com/capacityType", "eks.amazonaws.com/nodegroup"}

# Whether the pool's requirements let a node have a value, and what that says of the node besides.
allowed(pool, key, value) if {
	labels := object.union(implied(key, value), {key: value})
	against := [r | some r in pool.requirements; label := labels[r.key]; not lets(r, label)]
	count(against) == 0
}

# What the name of an instance type, or of a family, says of a node, as Karpenter reads it.
implied(key, value) := of_type(value) if key == "node.kubernetes.io/instance-type"

else := of_family(value) if key == "karpenter.k8s.aws/instance-family"

else := {}

of_type(type) := object.union(of_family(parts[0]), {"karpenter.k8s.aws/instance-family": parts[0], "karpenter.k8s.aws/instance-size": parts[1]}) if {
	parts := split(type, ".")
	count(parts) == 2
} else := {}

of_family(family) := {
	"karpenter.k8s.aws/instance-category": parts[1],
	"karpenter.k8s.aws/instance-generation": parts[2],
	"kubernetes.io/arch": arch(parts[1], parts[3]),
} if {
	parts := regex.find_all_string_submatch_n(`^([a-z]+)(?:-[0-9]+tb)?([0-9]+)([a-z0-9-]*)$`, family, 1)[0]
	parts[1] != "mac"
} else := {}

arch(category, attributes) := "arm64" if is_graviton(category, attributes)

else := "amd64"

# It has a g behind the generation; its first family is called a1.
is_graviton(_, attributes) if contains(attributes, "g")

is_graviton(category, _) if category == "a"

lets(requirement, value) if {
	requirement.operator == "Gt"
	to_number(value) > to_number(requirement.values[0])
}

lets(requirement, value) if {
	requirement.operator == "Lt"
	to_number(value) < to_number(requirement.values[0])
}

lets(requirement, value) if {
	requirement.operator == "Gte"
	to_number(value) >= to_number(requirement.values[0])
}

lets(requirement, value) if {
	requirement.operator == "Lte"
	to_number(value) <= to_number(requirement.values[0])
}

lets(requirement, value) if selectors.holds(requirement, {requirement.key: value})

only_offers(pool, key, values) if {
	some requirement in pool.requirements
	requirement.key == key
	requirement.operator == "In"
	others := [value | some value in requirement.values; not value in values]
	count(others) == 0
}

# A taint that keeps the pod out if it does not tolerate it.
tolerates(pool) if {
	against := [t | some t in pool.taints; t.effect in {"NoExecute", "NoSchedule"}; not tolerated(t)]
	count(against) == 0
}

tolerated(taint) if {
	some toleration in object.get(input.pod.spec, "tolerations", [])
	matches_taint(toleration, taint)
}

matches_taint(toleration, taint) if {
	object.get(toleration, "effect", "") in {"", taint.effect}
	object.get(toleration, "key", "") == taint.key
	object.get(toleration, "operator", "Equal") in {"", "Equal"}
	object.get(toleration, "value", "") == object.get(taint, "value", "")
}

matches_taint(toleration, taint) if {
	object.get(toleration, "effect", "") in {"", taint.effect}
	object.get(toleration, "key", "") in {"", taint.key}
	toleration.operator == "Exists"
}

# Everything by which the pod picks its nodes.
picks := [{"at": array.concat(input.pod.at, at)} |
	some at in array.concat(
		[["tolerations"], ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]],
		[["nodeSelector", key] | some key, _ in object.get(input.pod.spec, "nodeSelector", {})],
	)
]

# The field that lets the pod in, or where one would be that does not.
place(way) := array.concat(input.pod.at, ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms", way.term]) if way.term >= 0

else := array.concat(input.pod.at, ["nodeSelector", keys[0]]) if {
	keys := [key | some key in [capacity_type, "karpenter.sh/nodepool"]; key in object.keys(input.pod.spec.nodeSelector)]
	count(keys) > 0
} else := array.concat(input.pod.at, ["nodeSelector", capacity_type])
