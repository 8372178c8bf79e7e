# METADATA
# title: NetworkPolicy that lets pods out to everywhere
# description: A pod that may reach everything can carry out everything.
# custom:
#   severity: warning
#   group: network
#   "off": Most platforms leave the way out open, or close it in a firewall; it is for those that list where services may go.
#   scope: resource
#   target: [NetworkPolicy.networking.k8s.io]
package portcullis.rules.open_egress_policy

import data.portcullis.prelude.peers

types := object.get(input.resource, ["spec", "policyTypes"], [])

# Where no types are said, it is about egress if it has rules for it.
applies if count(types) == 0

applies if "Egress" in types

findings contains {"at": array.concat(["spec", "egress", i], said.at), "message": message} if {
	applies
	some i, rule in input.resource.spec.egress
	some said in peers.open(rule, "to")
	message := sprintf("policy lets pods out to %s", [said.who])
}
