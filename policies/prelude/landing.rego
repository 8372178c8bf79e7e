# Which NodePools a pod fits, and why not the others.
package portcullis.prelude.landing

import data.portcullis.prelude.placement
import data.portcullis.prelude.placement.capacity_type

capacities := ["on-demand", "reserved", "spot"]

# The names of the pools that the pod fits.
fitting := {way.pool | some capacity in capacities; some way in placement.ways(capacity)}

# Labels that only nodes of Karpenter have.
of_karpenter(key) if startswith(key, "karpenter.")

# A label that a pool gives to its nodes, with a value that some pool gives.
given(key, value) if {
	some pool in input.params.nodePools
	pool.labels[key] == value
}

demands_label(key, _) if of_karpenter(key)

demands_label(key, value) if given(key, value)

terms := object.get(input.pod.spec, ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"], [])

# Where the pod says that it wants nodes of Karpenter and no others.
bound_at := ["nodeSelector", keys[0]] if {
	keys := [key | some key, value in object.get(input.pod.spec, "nodeSelector", {}); demands_label(key, value)]
	count(keys) > 0
} else := ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"] if {
	count(terms) > 0
	loose := [term | some term in terms; not demands(term)]
	count(loose) == 0
}

demands(term) if {
	some expression in term.matchExpressions
	expression.operator in {"Exists", "Gt", "Lt"}
	of_karpenter(expression.key)
}

demands(term) if {
	some expression in term.matchExpressions
	expression.operator == "In"
	strange := [value | some value in expression.values; not demands_label(expression.key, value)]
	count(strange) == 0
}

# Why the pod fits no node of a pool.
obstacle(pool) := sprintf("taint %s", [against[0].key]) if {
	against := [taint | some taint in pool.taints; taint.effect in {"NoExecute", "NoSchedule"}; not placement.tolerated(taint)]
	count(against) > 0
} else := sprintf("nodeSelector %s", [unmet[0]]) if {
	unmet := [key | some key, value in object.get(input.pod.spec, "nodeSelector", {}); not offers(pool, key, value)]
	count(unmet) > 0
} else := "node affinity"

offers(pool, key, value) if {
	some capacity in capacities
	whole := object.union(pool, {"fixed": placement.fixed(pool, capacity)})
	placement.admits(whole, {"key": capacity_type, "operator": "In", "values": [capacity]})
	placement.admits(whole, {"key": key, "operator": "In", "values": [value]})
}
