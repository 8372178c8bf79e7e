# METADATA
# title: Cluster whose pods can have no roles
# description: Pods then take the role of their node, all of them the same.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.cluster_without_identity_provider

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_eks_cluster")
	count(terraform.managed("aws_iam_openid_connect_provider")) == 0
	addons := terraform.managed("aws_eks_addon")
	count([1 | some addon in addons; object.get(addon, ["values", "addon_name"], "") == "eks-pod-identity-agent"]) == 0
	unknown := sort([["resources", place, "values", "addon_name"] | some place, addon in addons; terraform.is_unknown(addon.values.addon_name)])
	at := array.concat(unknown, [["resources", address]])[0]
	message := sprintf("pods of %s can have no roles of their own: no identity provider and no eks-pod-identity-agent", [address])
}
