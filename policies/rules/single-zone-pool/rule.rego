# METADATA
# title: NodePool of one zone
# description: A pool that makes nodes in one zone only has none left when that zone goes.
# custom:
#   severity: warning
#   group: placement
#   scope: resource
#   target: [NodePool]
#   facts: [zones]
package portcullis.rules.single_zone_pool

import data.portcullis.prelude.karpenter

keys := ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone", "topology.k8s.aws/zone-id"]

findings contains {"at": at, "others": others, "message": message} if {
	some key in keys
	about := karpenter.about(key)
	count(about) > 0
	all := candidates(key)
	count(all) > 1
	left := karpenter.open(key, all)
	count(left) < 2
	at := about[0].at
	others := [{"at": known.at} | some known in array.slice(about, 1, count(about))]
	message := sprintf("NodePool %s makes nodes in %s", [input.resource.metadata.name, words(left)])
}

# The zones of the platform, or, where they are not known or named by their ids, those that the pool names and any other.
candidates(key) := {zone | some zone in input.params.zones} | karpenter.named(key) if {
	key != "topology.k8s.aws/zone-id"
	count(input.params.zones) > 0
}

else := karpenter.named(key) | {"", "-"}

words(left) := "no zone" if count(left) == 0

else := sprintf("zone %s alone", [concat("", left)])
