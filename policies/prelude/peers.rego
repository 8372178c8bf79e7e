# Whom a rule of a NetworkPolicy is for.
package portcullis.prelude.peers

everybody := {"0.0.0.0/0", "::/0"}

# Without ports and without peers: everything from, or to, everybody. With ports alone it is a service for all, which is said on purpose.
open(rule, field) := [{"at": [], "who": "everybody on every port"}] if {
	count(object.get(rule, field, [])) == 0
	count(object.get(rule, "ports", [])) == 0
}

else := array.concat(array.concat(blocks(rule, field), halves(rule, field)), spaces(rule, field))

blocks(rule, field) := [{"at": [field, i, "ipBlock", "cidr"], "who": sprintf("every address, %s", [peer.ipBlock.cidr])} |
	some i, peer in rule[field]
	peer.ipBlock.cidr in everybody
	count(object.get(peer.ipBlock, "except", [])) == 0
]

# Both halves of all addresses, as who has learnt to avoid 0.0.0.0/0 writes it.
halves(rule, field) := [{"at": [field, i, "ipBlock", "cidr"], "who": sprintf("every address, %s beside the other half", [peer.ipBlock.cidr])} |
	{"0.0.0.0/1", "128.0.0.0/1"} - {cidr | some other in rule[field]; cidr := other.ipBlock.cidr} == set()
	some i, peer in rule[field]
	peer.ipBlock.cidr == "0.0.0.0/1"
]

# All pods of all namespaces, on every port.
spaces(rule, field) := [{"at": [field, i, "namespaceSelector"], "who": "every pod of every namespace on every port"} |
	count(object.get(rule, "ports", [])) == 0
	some i, peer in rule[field]
	is_object(peer.namespaceSelector)
	blank(peer.namespaceSelector)
	blank(object.get(peer, "podSelector", {}))
]

blank(selector) if {
	count(object.get(selector, "matchLabels", {})) == 0
	count(object.get(selector, "matchExpressions", [])) == 0
}
