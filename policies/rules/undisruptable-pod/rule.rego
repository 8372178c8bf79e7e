# METADATA
# title: Pods that Karpenter may not move
# description: A pod that must not be disrupted keeps its node, however old or empty that is.
# custom:
#   severity: warning
#   group: availability
#   like: [kyverno:add-karpenter-donot-evict]
#   checklists: [spot]
#   scope: resource
#   target: pod
package portcullis.rules.undisruptable_pod

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.replicated

findings contains {"at": array.concat(input.pod.metadata_at, ["annotations", key]), "message": message} if {
	some key in ["karpenter.sh/do-not-disrupt", "karpenter.sh/do-not-evict"]
	input.pod.metadata.annotations[key] == "true"
	replicated
	serving := [c | some c in input.pod.containers; containers.serves(c)]
	count(serving) > 0
	message := sprintf("%s of the pods of %s %s keeps their nodes from being replaced", [key, input.resource.kind, input.resource.metadata.name])
}
