# METADATA
# title: Cluster without a private endpoint
# description: Nodes then reach their own API server over the internet.
# custom:
#   severity: error
#   group: network
#   scope: resource
#   target: [aws_eks_cluster.terraform]
package portcullis.rules.cluster_without_private_endpoint

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["endpoint_private_access"]), "message": message} if {
	some found in terraform.blocks("vpc_config")
	private := object.get(found.block, "endpoint_private_access", false)
	not terraform.is_true(private)
	message := sprintf("%s has no private API endpoint", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unclear(input.resource, "vpc_config", "")
	message := sprintf("%s has a vpc_config that is not known", [address])
}
