# METADATA
# title: Security group that lets the world in
# description: Every port that is open to all is found within minutes.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_24
#     - checkov:CKV_AWS_25
#     - checkov:CKV_AWS_260
#     - checkov:CKV_AWS_277
#     - trivy:AWS-0107
#   scope: resource
#   target: [aws_security_group.terraform, aws_security_group_rule.terraform, aws_vpc_security_group_ingress_rule.terraform]
#   params:
#     ports: [80, 443]
package portcullis.rules.security_group_open_to_the_world

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# Rules as blocks of a group.
findings contains {"at": array.concat(found.at, step), "message": message} if {
	input.resource.kind == "aws_security_group"
	some found in terraform.blocks("ingress")
	some field in ["cidr_blocks", "ipv6_cidr_blocks"]
	some step in opened(found.block, field)
	not is_web(found.block)
	message := said(found.block)
}

# Rules of their own.
findings contains {"at": array.concat(["values"], step), "message": message} if {
	input.resource.kind != "aws_security_group"
	type := object.get(values, "type", "ingress")
	terraform.may_be(type, {"ingress"})
	some field in ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"]
	some open in opened(values, field)
	step := array.concat([["type"] | terraform.is_unknown(type)], [open])[0]
	not is_web(values)
	message := said(values)
}

# Rules that nobody knows.
findings contains {"at": at, "message": message} if {
	input.resource.kind == "aws_security_group"
	some at in terraform.unclear(input.resource, "ingress", "")
	message := sprintf("%s lets in who is not known", [address])
}

# Where a rule is open: at its ranges, at a port that nobody knows, or at each range that nobody knows.
opened(rule, field) := [array.concat([["from_port"] | terraform.is_unknown(object.get(rule, "from_port", null))], [[field]])[0]] if {
	some range in terraform.listed(object.get(rule, field, []))
	range in {"0.0.0.0/0", "::/0"}
} else := [array.concat([field], step) |
	ranges := object.get(rule, field, [])
	some i, range in terraform.listed(ranges)
	terraform.is_unknown(range)
	step := [i | is_array(ranges)]
]

is_web(rule) if {
	port := to_number(rule.from_port)
	port == to_number(rule.to_port)
	port in input.params.ports
}

said(rule) := message if {
	ports := [object.get(rule, "from_port", "any"), object.get(rule, "to_port", "any")]
	count([1 | some port in ports; terraform.is_unknown(port)]) == 0
	message := sprintf("%s lets the world in on ports %v to %v", array.concat([address], ports))
} else := sprintf("%s lets the world in on ports that are not known", [address])
