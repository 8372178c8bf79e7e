# METADATA
# title: Scoring pod that may land on Spot
# description: A latency-sensitive scoring pod on a Spot node goes with two minutes' notice in the middle of its scores.
# custom:
#   severity: error
#   scope: resource
#   target: pod
#   facts: [scoring, nodePools]
package portcullis.rules.scoring_off_on_demand

import data.portcullis.prelude.placement
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

findings contains {"at": placement.place(ways[0]), "message": message} if {
	is_scoring
	not input.pod.spec.nodeName
	count(ways) > 0
	message := sprintf("scoring pod may land on Spot nodes%s: %s", [through(ways[0]), reason])
}

ways := placement.spot_ways

through(way) := sprintf(" of NodePool %s", [way.pool]) if way.pool != ""

else := ""

reason := sprintf("term %d of its required node affinity allows it", [ways[0].term + 1]) if ways[0].term >= 0

else := "its nodeSelector allows it" if count(input.pod.spec.nodeSelector) > 0

else := "neither nodeSelector nor required node affinity forbids it"
