# What a NodePool of the input makes; v1 and v1beta1 say it alike.
package portcullis.prelude.karpenter

import data.portcullis.prelude.placement
import data.portcullis.prelude.selectors

is_pool if input.resource.kind == "NodePool"

spec := object.get(input.resource, ["spec", "template", "spec"], {})

# With their places, and the labels of the template as requirements of one value.
requirements := array.concat(stated, labelled)

stated := [{"at": ["spec", "template", "spec", "requirements", i], "requirement": requirement} |
	some i, requirement in spec.requirements
]

labelled := [{"at": ["spec", "template", "metadata", "labels", key], "requirement": {"key": key, "operator": "In", "values": [value]}} |
	some key, value in object.get(input.resource, ["spec", "template", "metadata", "labels"], {})
]

about(key) := [known | some known in requirements; known.requirement.key == key]

# Values that all requirements of a key let through.
open(key, values) := {value |
	some value in values
	against := [known | some known in about(key); not placement.lets(known.requirement, value)]
	count(against) == 0
}

# The values that somebody names for a key.
named(key) := {value |
	some known in about(key)
	known.requirement.operator == "In"
	some value in known.requirement.values
}

# Without a word of it a pool makes nodes of any kind, Spot ones first.
capacities := open("karpenter.sh/capacity-type", {"on-demand", "reserved", "spot"})

offers_spot if {
	some capacity in capacities
	capacity == "spot"
}

# Where it says so, or would.
capacity_at := about("karpenter.sh/capacity-type")[0].at if count(about("karpenter.sh/capacity-type")) > 0

else := ["spec", "template", "spec", "requirements"]

# Taints that keep pods out; those at the start of a node are taken away again.
keeps_out if {
	some taint in spec.taints
	taint.effect in {"NoExecute", "NoSchedule"}
}

holds(requirement, value) if selectors.holds(requirement, {requirement.key: value})
