# METADATA
# title: Data store that may talk to everybody
# description: Who breaks into a database can then carry off what is in it.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV_AWS_382
#     - trivy:AWS-0104
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.data_store_that_reaches_out

import data.portcullis.prelude.terraform

stores := {"aws_db_instance", "aws_rds_cluster", "aws_mq_broker", "aws_elasticache_replication_group", "aws_docdb_cluster", "aws_msk_cluster", "aws_opensearch_domain"}

findings contains {"at": array.concat(["resources", one.of], one.at), "message": message} if {
	some store in sort([place | some type in stores; some place, _ in terraform.managed(type)])
	some group in groups(store)
	some one in egress(group)
	message := sprintf("%s of %s lets it talk to everybody", [group, store])
}

groups(store) := {group |
	values := object.get(input.resource.resources[store], "values", {})
	some field in ["vpc_security_group_ids", "security_groups", "security_group_ids"]
	some group in terraform.named(object.get(values, field, []))
}

# What a group lets out: its own blocks, and rules beside it.
egress(group) := array.concat(inside(group), beside(group))

inside(group) := [{"of": group, "at": array.concat(found.at, [field])} |
	resource := input.resource.resources[group]
	some found in terraform.blocks_of(resource, "egress")
	some field in ["cidr_blocks", "ipv6_cidr_blocks"]
	is_open(object.get(found.block, field, []))
]

beside(group) := [{"of": place, "at": ["values", field]} |
	some type in ["aws_security_group_rule", "aws_vpc_security_group_egress_rule"]
	some place in terraform.linked(type, "security_group_id", group)
	rule := input.resource.resources[place].values
	object.get(rule, "type", "egress") == "egress"
	some field in ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"]
	is_open(object.get(rule, field, []))
]

is_open(ranges) if {
	some range in terraform.listed(ranges)
	terraform.may_be(range, {"0.0.0.0/0", "::/0"})
}
