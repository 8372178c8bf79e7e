# METADATA
# title: Cluster whose Secrets have no key of their own
# description: Who reads the disks of the control plane reads every Secret.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_58
#     - trivy:AWS-0039
#   scope: resource
#   target: [aws_eks_cluster.terraform]
package portcullis.rules.unencrypted_cluster_secrets

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": at, "message": message} if {
	found := terraform.blocks("encryption_config")
	count([one | some one in found; covers(one.block)]) == 0
	unknown := [array.concat(one.at, ["resources", i]) |
		some one in found
		is_array(one.block.resources)
		some i, resource in one.block.resources
		terraform.is_unknown(resource)
	]
	at := array.concat(array.concat(terraform.unclear(input.resource, "encryption_config", "resources"), unknown), [["values", "encryption_config"]])[0]
	message := sprintf("%s does not encrypt Secrets with a key", [address])
}

covers(block) if {
	some resource in object.get(block, "resources", [])
	resource == "secrets"
}
