# METADATA
# title: NetworkPolicy that lets everybody in
# description: A policy that allows every source isolates nothing, and looks as if it did.
# custom:
#   severity: error
#   group: network
#   scope: resource
#   target: [NetworkPolicy.networking.k8s.io]
package portcullis.rules.open_network_policy

import data.portcullis.prelude.peers

# Where no types are said, Ingress is one.
applies if count(object.get(input.resource, ["spec", "policyTypes"], [])) == 0

applies if "Ingress" in input.resource.spec.policyTypes

findings contains {"at": array.concat(["spec", "ingress", i], said.at), "message": message} if {
	applies
	some i, rule in input.resource.spec.ingress
	some said in peers.open(rule, "from")
	message := sprintf("policy lets in %s", [said.who])
}
