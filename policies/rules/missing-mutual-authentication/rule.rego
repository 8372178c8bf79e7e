# METADATA
# title: Policy of Cilium that asks for no mutual authentication
# description: Without mutual authentication a policy goes by addresses that Cilium has learned, and nobody proves who they are.
# custom:
#   severity: warning
#   group: network
#   "off": Cilium's mutual authentication needs SPIRE beside it and is switched on policy by policy; it is for platforms that promise it for every pod.
#   scope: resource
#   target: [CiliumClusterwideNetworkPolicy, CiliumNetworkPolicy]
package portcullis.rules.missing_mutual_authentication

import data.portcullis.prelude.cilium.rules

# Only other pods can prove who they are.
findings contains {"at": array.concat(known.at, ["authentication", "mode"]), "message": message} if {
	some known in rules
	peers := {"egress": "toEndpoints", "ingress": "fromEndpoints"}[known.direction]
	count(known.rule[peers]) > 0
	not known.rule.authentication.mode
	message := sprintf("%s rule %d asks for no mutual authentication", [known.direction, known.number])
}
