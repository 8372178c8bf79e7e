# METADATA
# title: Managed nodes that may be taken back
# description: What the cluster itself runs on must not go within two minutes.
# custom:
#   severity: error
#   group: placement
#   scope: resource
#   target: [aws_eks_node_group.terraform]
package portcullis.rules.system_nodes_on_spot

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "capacity_type"], "message": message} if {
	capacity := object.get(values, "capacity_type", "ON_DEMAND")
	terraform.may_be(capacity, {"SPOT"})
	message := sprintf("%s runs on Spot capacity", [address])
}
