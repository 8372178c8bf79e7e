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
findings contains {"at": array.concat(found.at, [field]), "message": message} if {
	input.resource.kind == "aws_security_group"
	some found in terraform.blocks("ingress")
	some field in ["cidr_blocks", "ipv6_cidr_blocks"]
	is_open(object.get(found.block, field, []))
	not is_web(found.block)
	message := said(found.block)
}

# Rules of their own.
findings contains {"at": ["values", field], "message": message} if {
	input.resource.kind != "aws_security_group"
	object.get(values, "type", "ingress") == "ingress"
	some field in ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"]
	is_open(object.get(values, field, []))
	not is_web(values)
	message := said(values)
}

is_open(ranges) if terraform.is_unknown(ranges)

is_open(ranges) if {
	some range in terraform.listed(ranges)
	range in {"0.0.0.0/0", "::/0"}
}

is_web(rule) if {
	port := to_number(rule.from_port)
	port == to_number(rule.to_port)
	port in input.params.ports
}

said(rule) := message if {
	ports := sprintf("%v to %v", [object.get(rule, "from_port", "any"), object.get(rule, "to_port", "any")])
	message := sprintf("%s lets the world in on ports %s", [address, ports])
}
