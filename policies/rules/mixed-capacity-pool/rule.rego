# METADATA
# title: Pool that mixes Spot and On-Demand
# description: Pods of a mixed pool land on Spot as long as there is any, whatever they were promised.
# custom:
#   severity: warning
#   group: placement
#   "off": A Spot pool that falls back to On-Demand mixes on purpose; it is for platforms with a fallback pool of lower weight.
#   scope: resource
#   target: [NodePool]
package portcullis.rules.mixed_capacity_pool

import data.portcullis.prelude.karpenter.capacities
import data.portcullis.prelude.karpenter.capacity_at
import data.portcullis.prelude.karpenter.offers_spot

findings contains {"at": capacity_at, "message": message} if {
	input.resource.kind == "NodePool"
	offers_spot
	count(capacities) > 1
	message := sprintf("NodePool %s makes %s nodes alike", [input.resource.metadata.name, concat(" and ", sort(capacities))])
}
