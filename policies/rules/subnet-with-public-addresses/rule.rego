# METADATA
# title: Subnet that gives every machine a public address
# description: What has a public address can be reached by whoever finds it.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV_AWS_130
#     - trivy:AWS-0164
#   scope: resource
#   target: [aws_subnet.terraform]
package portcullis.rules.subnet_with_public_addresses

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": at, "message": message} if {
	public := object.get(values, "map_public_ip_on_launch", false)
	terraform.may_be(public, {true, "true"})
	tag := object.get(values, ["tags", "kubernetes.io/role/elb"], "none")
	not tag in {"1", 1, ""}
	unknown := array.concat(terraform.unknown_of(["tags"]), [["values", "tags", "kubernetes.io/role/elb"] | terraform.is_unknown(tag)])
	at := array.concat(unknown, [["values", "map_public_ip_on_launch"]])[0]
	message := sprintf("%s gives every machine a public address", [address])
}
