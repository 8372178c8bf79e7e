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

import data.portcullis.prelude.groups
import data.portcullis.prelude.groups.inline_ranges
import data.portcullis.prelude.groups.ranges
import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# Rules as blocks of a group.
findings contains {"at": array.concat(found.at, step), "message": message} if {
	input.resource.kind == "aws_security_group"
	some found in terraform.blocks("ingress")
	some field in inline_ranges
	some step in groups.opened(found.block, field)
	not groups.is_of(found.block, input.params.ports)
	message := said(found.block)
}

# Rules of their own.
findings contains {"at": array.concat(["values"], step), "message": message} if {
	input.resource.kind != "aws_security_group"
	type := object.get(values, "type", "ingress")
	terraform.may_be(type, {"ingress"})
	some field in ranges
	some open in groups.opened(values, field)
	step := array.concat([["type"] | terraform.is_unknown(type)], [open])[0]
	not groups.is_of(values, input.params.ports)
	message := said(values)
}

# Rules that nobody knows.
findings contains {"at": at, "message": message} if {
	input.resource.kind == "aws_security_group"
	some at in terraform.unclear(input.resource, "ingress", "")
	message := sprintf("%s lets in who is not known", [address])
}

said(rule) := sprintf("%s lets the world in on %s", [address, groups.said(rule)])
