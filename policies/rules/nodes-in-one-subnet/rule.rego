# METADATA
# title: Nodes in one subnet
# description: A subnet lies in one zone, and goes with it.
# custom:
#   severity: error
#   group: availability
#   scope: resource
#   target: [aws_eks_node_group.terraform]
#   params:
#     zones: 2
package portcullis.rules.nodes_in_one_subnet

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "subnet_ids"], "message": message} if {
	subnets := object.get(values, "subnet_ids", [])
	is_few(subnets)
	message := sprintf("%s has fewer than %v subnets", [address, input.params.zones])
}

findings contains {"at": array.concat(found.at, ["desired_size"]), "message": message} if {
	some found in terraform.blocks("scaling_config")
	wanted := object.get(found.block, "desired_size", 0)
	is_number(wanted)
	wanted < input.params.zones
	message := sprintf("%s has fewer nodes than zones", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unclear(input.resource, "scaling_config", "desired_size")
	message := sprintf("%s has as many nodes as nobody knows", [address])
}

is_few(subnets) if terraform.is_unknown(subnets)

is_few(subnets) if {
	is_array(subnets)
	count(subnets) < input.params.zones
}
