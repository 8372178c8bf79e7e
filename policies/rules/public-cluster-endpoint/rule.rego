# METADATA
# title: Cluster whose API is open to the world
# description: The API server is then one stolen token away from everybody.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_38
#     - checkov:CKV_AWS_39
#     - trivy:AWS-0040
#     - trivy:AWS-0041
#   scope: resource
#   target: [aws_eks_cluster.terraform]
package portcullis.rules.public_cluster_endpoint

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, step), "message": message} if {
	some found in terraform.blocks("vpc_config")
	public := object.get(found.block, "endpoint_public_access", true)
	terraform.may_be(public, {true, "true"})
	ranges := object.get(found.block, "public_access_cidrs", ["0.0.0.0/0"])
	is_open(ranges)
	unknown := [array.concat(["public_access_cidrs"], path) | not is_surely_open(ranges); some path in unknown_in(ranges)]
	step := array.concat(unknown, [["endpoint_public_access"]])[0]
	message := sprintf("%s has an API endpoint that is open to the world", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unclear(input.resource, "vpc_config", "")
	message := sprintf("%s has a vpc_config that is not known", [address])
}

is_open(ranges) if terraform.is_unknown(ranges)

is_surely_open(ranges) if {
	is_array(ranges)
	count([1 | some range in ranges; range in {"0.0.0.0/0", "::/0"}]) > 0
}

unknown_in(ranges) := array.concat([[] | terraform.is_unknown(ranges)], [[i] | is_array(ranges); some i, range in ranges; terraform.is_unknown(range)])

is_open(ranges) if {
	is_array(ranges)
	some range in ranges
	terraform.may_be(range, {"0.0.0.0/0", "::/0"})
}
