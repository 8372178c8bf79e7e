# METADATA
# title: Spot pool that is open to every pod
# description: On a Spot pool without a taint lands whatever did not say where it wants to be.
# custom:
#   severity: warning
#   group: placement
#   scope: resource
#   target: [NodePool]
package portcullis.rules.untainted_spot_pool

import data.portcullis.prelude.karpenter
import data.portcullis.prelude.karpenter.capacity_at
import data.portcullis.prelude.karpenter.keeps_out
import data.portcullis.prelude.karpenter.offers_spot

findings contains {"at": capacity_at, "other": ["spec", "template", "spec", "taints"], "message": message} if {
	input.resource.kind == "NodePool"
	offers_spot
	not keeps_out
	message := sprintf("NodePool %s makes Spot nodes%s and has no taint, so every pod may land there", [input.resource.metadata.name, silently])
}

silently := ", as it says nothing of capacity," if count(karpenter.about("karpenter.sh/capacity-type")) == 0

else := ""
