# METADATA
# title: Web port open to the world that is no load balancer's
# description: Whatever answers there is found within minutes, and no firewall stands before it.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_260
#     - trivy:AWS-0107
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     ports: [80, 443]
package portcullis.rules.web_port_without_load_balancer

import data.portcullis.prelude.groups
import data.portcullis.prelude.groups.inline_ranges
import data.portcullis.prelude.groups.ranges
import data.portcullis.prelude.terraform

# What has security groups and is no load balancer, with the fields that name them.
exposed := {
	"aws_db_instance": ["vpc_security_group_ids"], "aws_rds_cluster": ["vpc_security_group_ids"], "aws_docdb_cluster": ["vpc_security_group_ids"],
	"aws_redshift_cluster": ["vpc_security_group_ids"], "aws_elasticache_cluster": ["security_group_ids"],
	"aws_elasticache_replication_group": ["security_group_ids"], "aws_mq_broker": ["security_groups"], "aws_efs_mount_target": ["security_groups"],
	"aws_instance": ["vpc_security_group_ids"], "aws_launch_template": ["vpc_security_group_ids", "network_interfaces"],
	"aws_eks_cluster": ["vpc_config"], "aws_msk_cluster": ["broker_node_group_info"], "aws_opensearch_domain": ["vpc_options"],
}

# What no rule names is attached to nobody knows what, and let pass.
findings contains {"at": at, "message": message} if {
	some rule in open_rules
	holders := sort([place | some holder in attached; holder.group == rule.group; place := holder.place])
	count(holders) > 0
	certain := [place | some place in holders; terraform.is_beside(place, rule.place)]
	at := array.concat([rule.at | count(certain) > 0], [["resources", holders[0]]])[0]
	holder := array.concat(certain, holders)[0]
	message := sprintf("%s lets the world in on %s of %s, which is no load balancer", [rule.place, groups.said(rule.rule), holder])
}

attached := [{"group": group, "place": place} |
	some type, fields in exposed
	some place, resource in terraform.managed(type)
	some field in fields
	some group in named(object.get(resource, ["values", field], []))
]

# The groups that a field names, or blocks of it.
named(value) := terraform.named(value) | {group |
	some block in terraform.listed(value)
	is_object(block)
	some field in ["security_group_ids", "security_groups"]
	some group in terraform.named(object.get(block, field, []))
}

# Rules that let the world in on a web port, as blocks of a group and of their own; what else is open is for another rule.
open_rules := array.concat(
	[{"group": group, "place": group, "rule": found.block, "at": at} |
		some group, resource in terraform.managed("aws_security_group")
		some found in terraform.blocks_of(resource, "ingress")
		groups.is_of(found.block, input.params.ports)
		some field in inline_ranges
		some step in groups.opened(found.block, field)
		at := array.concat(["resources", group], array.concat(found.at, step))
	],
	[{"group": group, "place": place, "rule": rule, "at": at} |
		some type in ["aws_security_group_rule", "aws_vpc_security_group_ingress_rule"]
		some place, resource in terraform.managed(type)
		rule := object.get(resource, "values", {})
		object.get(rule, "type", "ingress") == "ingress"
		groups.is_of(rule, input.params.ports)
		some group in terraform.named(object.get(rule, "security_group_id", null))
		some field in ranges
		some step in groups.opened(rule, field)
		at := array.concat(["resources", place, "values"], step)
	],
)
