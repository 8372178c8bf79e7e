# METADATA
# title: Cluster whose access stands in a ConfigMap
# description: A typing error in it locks everybody out, and no log tells who changed it.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [aws_eks_cluster.terraform, kubernetes_config_map.terraform, kubernetes_config_map_v1.terraform, kubernetes_config_map_v1_data.terraform]
package portcullis.rules.cluster_access_by_configmap

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["authentication_mode"]), "message": message} if {
	input.resource.kind == "aws_eks_cluster"
	some found in terraform.blocks("access_config")
	terraform.may_be(object.get(found.block, "authentication_mode", ""), {"CONFIG_MAP"})
	message := sprintf("%s knows who may come in from a ConfigMap alone", [address])
}

findings contains {"at": array.concat(found.at, ["name"]), "message": message} if {
	input.resource.kind != "aws_eks_cluster"
	some found in terraform.blocks("metadata")
	terraform.may_be(object.get(found.block, "name", ""), {"aws-auth"})
	message := sprintf("%s says in a ConfigMap who may come into the cluster", [address])
}

findings contains {"at": at, "message": message} if {
	some name in ["access_config", "metadata"]
	some at in terraform.unclear(input.resource, name, "")
	message := sprintf("the %s of %s is not known", [name, address])
}
