# METADATA
# title: Several subnets, all in one zone
# description: Two subnets look like two zones, and go together.
# custom:
#   severity: error
#   group: availability
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.placed_in_one_zone

import data.portcullis.prelude.terraform

fields := {
	"aws_eks_node_group": "subnet_ids",
	"aws_mq_broker": "subnet_ids",
	"aws_db_subnet_group": "subnet_ids",
	"aws_elasticache_subnet_group": "subnet_ids",
	"aws_lb": "subnets",
	"aws_autoscaling_group": "vpc_zone_identifier",
	"aws_msk_cluster": "client_subnets",
}

# Only where the zone of each of them is known.
findings contains {"at": ["resources", address, "values"], "message": message} if {
	some type, field in fields
	some address, resource in terraform.managed(type)
	ids := object.get(resource, ["values", field], [])
	is_array(ids)
	count(ids) > 1
	subnets := [input.resource.resources[name] | some id in ids; name := object.get(id, "$of", "")]
	count(subnets) == count(ids)
	zones := [object.get(subnet, ["values", "availability_zone"], "") | some subnet in subnets]
	count([zone | some zone in zones; is_string(zone); zone != ""]) == count(ids)
	count({zone | some zone in zones}) == 1
	message := sprintf("all subnets of %s are in %s", [address, zones[0]])
}

# The one subnet of what fails over is as bad.
findings contains {"at": ["resources", address, "values", "subnet_ids"], "message": message} if {
	some address, group in terraform.managed("aws_db_subnet_group")
	ids := object.get(group, ["values", "subnet_ids"], [])
	is_array(ids)
	count(ids) == 1
	message := sprintf("%s has one subnet", [address])
}
