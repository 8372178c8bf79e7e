# METADATA
# title: Subnet of a cluster that load balancers cannot find
# description: The controller finds no subnet for a load balancer, and the Ingress stays without an address.
# custom:
#   severity: warning
#   group: network
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     tags: [kubernetes.io/role/internal-elb, kubernetes.io/role/elb]
package portcullis.rules.cluster_subnet_without_role

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, cluster in terraform.managed("aws_eks_cluster")
	some found in terraform.blocks_of(cluster, "vpc_config")
	subnets := sort([subnet | some subnet in terraform.named(object.get(found.block, "subnet_ids", [])); input.resource.resources[subnet].type == "aws_subnet"])
	count(subnets) > 0
	tagged := [subnet | some subnet in subnets; has_role(tags(subnet))]
	count(tagged) == 0
	unknown := [["resources", subnet, "values", "tags"] | some subnet in subnets; is_unclear(tags(subnet))]
	at := array.concat(unknown, [["resources", subnets[0], "values", "tags"]])[0]
	message := sprintf("no subnet of %s says what load balancers it is for", [address])
}

tags(subnet) := object.get(input.resource, ["resources", subnet, "values", "tags"], {})

has_role(tags) if {
	some tag in input.params.tags
	object.get(tags, tag, null) in {"1", 1, ""}
}

is_unclear(tags) if terraform.is_unknown(tags)

is_unclear(tags) if {
	some tag in input.params.tags
	terraform.is_unknown(object.get(tags, tag, null))
}
