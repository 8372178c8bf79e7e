# METADATA
# title: Spot pool of few instance types
# description: The fewer instance types a Spot pool may choose from, the more of its nodes are taken back at once.
# custom:
#   severity: warning
#   group: placement
#   scope: resource
#   target: [NodePool]
#   params:
#     families: 2
#     types: 10
package portcullis.rules.narrow_instance_choice

import data.portcullis.prelude.karpenter
import data.portcullis.prelude.karpenter.offers_spot

minimum := {
	"karpenter.k8s.aws/instance-family": {"word": "instance families", "least": input.params.families},
	"node.kubernetes.io/instance-type": {"word": "instance types", "least": input.params.types},
}

findings contains {"at": at, "message": message} if {
	input.resource.kind == "NodePool"
	offers_spot
	some key, asked in minimum
	named := karpenter.named(key)
	count(named) > 0
	left := karpenter.open(key, named)
	count(left) < asked.least
	at := karpenter.about(key)[0].at
	message := sprintf("NodePool %s may choose from %d %s for Spot, fewer than %d", [input.resource.metadata.name, count(left), asked.word, asked.least])
}
