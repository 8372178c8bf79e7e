# METADATA
# title: Scoring pod that may land on Spot
# description: A latency-sensitive scoring pod on a Spot node goes with two minutes' notice in the middle of its scores.
# custom:
#   severity: error
#   group: placement
#   like: [kyverno:add-karpenter-nodeselector]
#   scope: resource
#   target: pod
#   facts: [scoring, nodePools]
package portcullis.rules.scoring_off_on_demand

import data.portcullis.prelude.placement
import data.portcullis.prelude.placement.capacity_type
import data.portcullis.prelude.placement.fits_on_demand
import data.portcullis.prelude.placement.picks
import data.portcullis.prelude.placement.picks_nodes
import data.portcullis.prelude.placement.spot_ways
import data.portcullis.prelude.selectors

is_scoring if input.params.scoring.namespace

is_scoring if {
	count(input.params.scoring.labels) > 0
	selectors.matches({"matchLabels": input.params.scoring.labels}, input.pod.labels)
}

findings contains {"at": array.concat(input.pod.at, ["nodeName"]), "message": message} if {
	is_scoring
	node := input.pod.spec.nodeName
	message := sprintf("scoring pod is bound to node %s, so nothing keeps it off Spot", [node])
}

findings contains {"at": placement.place(ways[0]), "others": picks, "message": message} if {
	is_scoring
	not input.pod.spec.nodeName
	count(ways) > 0
	message := sprintf("scoring pod may land on Spot nodes%s: %s", [through(ways[0]), reason])
}

# Taints keep it off Spot as long as nobody changes a pool; the pod itself has said nothing.
findings contains {"at": array.concat(input.pod.at, ["nodeSelector", capacity_type]), "message": message} if {
	stays_off_spot
	not picks_nodes
	message := "scoring pod picks no nodes: neither nodeSelector nor required node affinity binds it to On-Demand"
}

findings contains {"at": placement.place({"term": -1}), "others": picks, "message": message} if {
	stays_off_spot
	picks_nodes
	count(input.params.nodePools) > 0
	not fits_on_demand
	not is_of_managed_group
	message := "scoring pod fits On-Demand nodes of no NodePool, so it lands on nodes that are not meant for it, or nowhere"
}

# Nodes of a managed group are nodes of no pool.
is_of_managed_group if object.get(input.pod.spec, ["nodeSelector", "eks.amazonaws.com/capacityType"], "") == "ON_DEMAND"

stays_off_spot if {
	is_scoring
	not input.pod.spec.nodeName
	count(ways) == 0
}

ways := spot_ways

through(way) := sprintf(" of NodePool %s", [way.pool]) if way.pool != ""

else := ""

reason := sprintf("term %d of its required node affinity allows it", [ways[0].term + 1]) if ways[0].term >= 0

else := "its nodeSelector allows it" if count(input.pod.spec.nodeSelector) > 0

else := "neither nodeSelector nor required node affinity forbids it"
