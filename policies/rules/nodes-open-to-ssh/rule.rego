# METADATA
# title: Nodes that anybody may log on to
# description: Whoever has the key, or steals it, is root on every node.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_100
#   scope: resource
#   target: [aws_eks_node_group.terraform]
package portcullis.rules.nodes_open_to_ssh

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["source_security_group_ids"]), "message": message} if {
	some found in terraform.blocks("remote_access")
	object.get(found.block, "ec2_ssh_key", "") != ""
	terraform.may_be(object.get(found.block, "source_security_group_ids", []), {[]})
	message := sprintf("%s lets the world in by SSH: no source_security_group_ids", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unclear(input.resource, "remote_access", "")
	message := sprintf("%s may let the world in by SSH", [address])
}
