# METADATA
# title: Data tier with a way to the internet
# description: Who breaks into a database can then carry off what is in it.
# custom:
#   severity: warning
#   group: network
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.data_subnet_with_a_way_out

import data.portcullis.prelude.terraform

groups := ["aws_db_subnet_group", "aws_elasticache_subnet_group", "aws_docdb_subnet_group", "aws_redshift_subnet_group"]

findings contains {"at": ["resources", address, "values", "subnet_ids"], "message": message} if {
	some type in groups
	some address, group in terraform.managed(type)
	ways := sort([out | some subnet in terraform.named(object.get(group, ["values", "subnet_ids"], [])); some out in outs(subnet)])
	count(ways) > 0
	message := sprintf("%s lies in %s, which %s leads out of", [address, ways[0].subnet, ways[0].table])
}

# The tables of a subnet that lead to a gateway.
outs(subnet) := [{"subnet": subnet, "table": table} |
	some association in terraform.linked("aws_route_table_association", "subnet_id", subnet)
	some table in terraform.named(object.get(input.resource.resources[association], ["values", "route_table_id"], null))
	some target in array.concat(inside(table), beside(table))
	leads_out(target)
]

inside(table) := [one.block | resource := input.resource.resources[table]; some one in terraform.blocks_of(resource, "route")]

beside(table) := [input.resource.resources[route].values | some route in terraform.linked("aws_route", "route_table_id", table)]

leads_out(route) if {
	some field in ["gateway_id", "nat_gateway_id", "egress_only_gateway_id"]
	some gateway in terraform.named(object.get(route, field, null))
	regex.match(`(^|[.])aws_(internet_gateway|nat_gateway|egress_only_internet_gateway)[.]`, gateway)
}
