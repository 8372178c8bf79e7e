# Which NodePools a pod fits, and why not the others.
package portcullis.prelude.landing

import data.portcullis.prelude.placement
import data.portcullis.prelude.placement.capacity_type
import data.portcullis.prelude.placement.pools as all_pools
import data.portcullis.prelude.quantities

capacities := ["on-demand", "reserved", "spot"]

# The names of the pools that the pod fits.
fitting := {way.pool |
	some capacity in capacities
	some way in placement.ways(capacity)
	not way.pool in too_small
}

# Those that never have a node with what the pod asks for.
too_small := {pool.name | some pool in all_pools; count(shortages(pool)) > 0}

shortages(pool) := [{"resource": resource, "asked": asked, "bound": bound} |
	some resource, asked in demand
	some bound in bounds(pool, resource)
	asked > bound.most
]

# What the containers that stay ask for together; init containers and what the node itself needs come on top.
demand := {resource: amount |
	some resource in ["cpu", "memory"]
	amount := sum([asked |
		some c in input.pod.containers
		c.role in {"main", "sidecar"}
		asked := object.get(c.amounts.requests, resource, object.get(c.amounts.limits, resource, 0))
		is_number(asked)
	])
	amount > 0
}

# What all nodes of a pool have together, and what the largest one has that its requirements let through.
bounds(pool, resource) := array.concat(
	[{"field": sprintf("limits.%s", [resource]), "said": limit, "most": quantities.value(limit)} | limit := pool.limits[resource]],
	[{"field": requirement.key, "said": concat(" ", [requirement.operator, concat(", ", requirement.values)]), "most": most} |
		some requirement in pool.requirements
		requirement.key == sprintf("karpenter.k8s.aws/instance-%s", [resource])
		most := largest(requirement) * units[resource]
	],
)

largest(requirement) := max([to_number(value) | some value in requirement.values]) if requirement.operator == "In"

largest(requirement) := to_number(requirement.values[0]) - 1 if requirement.operator == "Lt"

largest(requirement) := to_number(requirement.values[0]) if requirement.operator == "Lte"

# Karpenter counts the memory of an instance in mebibytes.
units := {"cpu": 1, "memory": 1048576}

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
} else := sprintf("%s %v is below its requests", [short[0].bound.field, short[0].bound.said]) if {
	short := shortages(pool)
	count(short) > 0
} else := "node affinity"

offers(pool, key, value) if {
	some capacity in capacities
	whole := object.union(pool, {"fixed": placement.fixed(pool, capacity)})
	placement.admits(whole, {"key": capacity_type, "operator": "In", "values": [capacity]})
	placement.admits(whole, {"key": key, "operator": "In", "values": [value]})
}
