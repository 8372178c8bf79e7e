# METADATA
# title: Cluster whose basic parts nobody manages
# description: Networking and DNS then stay at the version of the day when the cluster was made.
# custom:
#   severity: warning
#   group: platform
#   "off": Add-ons may stand in another root, or be installed by Helm or Argo CD; those who keep them beside their cluster turn it on.
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     addons: [coredns, kube-proxy, vpc-cni]
package portcullis.rules.cluster_without_addons

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_eks_cluster")
	addons := terraform.managed("aws_eks_addon")
	known := {name | some place, addon in addons; name := object.get(addon, ["values", "addon_name"], ""); terraform.is_beside(place, address)}
	unknown := sort([["resources", place, "values", "addon_name"] | some place, addon in addons; terraform.is_unknown(addon.values.addon_name)])
	at := array.concat(array.concat(unknown, absent(address)), [["resources", address]])[0]
	missing := [name | some name in input.params.addons; not name in known]
	count(missing) > 0
	message := sprintf("%s lacks the add-ons %s", [address, concat(", ", missing)])
}

# Add-ons that may not be there.
absent(address) := sort([["resources", place] |
	some place, addon in terraform.managed("aws_eks_addon")
	object.get(addon, ["values", "addon_name"], "") in input.params.addons
	not terraform.is_beside(place, address)
])
