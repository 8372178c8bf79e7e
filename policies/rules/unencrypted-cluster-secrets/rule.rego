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

findings contains {"at": ["values", "encryption_config"], "message": message} if {
	count([found | some found in terraform.blocks("encryption_config"); covers(found.block)]) == 0
	message := sprintf("%s does not encrypt Secrets with a key", [address])
}

covers(block) if {
	some resource in object.get(block, "resources", [])
	resource == "secrets"
}
