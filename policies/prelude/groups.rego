# Rules of security groups.
package portcullis.prelude.groups

import data.portcullis.prelude.terraform

# The fields of ranges that rules have, as blocks of a group and of their own.
inline_ranges := ["cidr_blocks", "ipv6_cidr_blocks"]

ranges := ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"]

# Where a rule is open: at its first open range, at a port that nobody knows, or at each range that nobody knows.
opened(rule, field) := [array.concat([["from_port"] | terraform.is_unknown(object.get(rule, "from_port", null))], [at])[0]] if {
	named := object.get(rule, field, [])
	open := [i | some i, range in terraform.listed(named); range in {"0.0.0.0/0", "::/0"}]
	count(open) > 0
	at := array.concat([field], [i | some i in array.slice(open, 0, 1); is_array(named)])
} else := [array.concat([field], step) |
	named := object.get(rule, field, [])
	some i, range in terraform.listed(named)
	terraform.is_unknown(range)
	step := [i | is_array(named)]
]

# It lets one port in, which is one of these; with all protocols go all ports, whatever stands there.
is_of(rule, ports) if {
	port := to_number(rule.from_port)
	port == to_number(rule.to_port)
	port in ports
	not is_of_all(rule)
}

is_of_all(rule) if {
	some field in ["protocol", "ip_protocol"]
	object.get(rule, field, "tcp") in {-1, "-1", "all"}
}

# What a rule lets in, in words.
said(rule) := "all ports" if is_of_all(rule)

else := sprintf("ports %v to %v", ports) if {
	ports := [object.get(rule, "from_port", "any"), object.get(rule, "to_port", "any")]
	count([1 | some port in ports; terraform.is_unknown(port)]) == 0
}

else := "ports that are not known"
