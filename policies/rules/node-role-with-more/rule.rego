# METADATA
# title: Nodes with more permissions than a node needs
# description: Every pod that reaches the metadata of its node has them.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     policies: [AmazonEC2ContainerRegistryPullOnly, AmazonEC2ContainerRegistryReadOnly, AmazonEKSWorkerNodePolicy, AmazonEKSWorkerNodeMinimalPolicy, AmazonEKS_CNI_Policy, AmazonEKS_CNI_IPv6_Policy, AmazonSSMManagedInstanceCore]
package portcullis.rules.node_role_with_more

import data.portcullis.prelude.terraform

findings contains {"at": array.concat(["resources", place], step), "message": message} if {
	some role in roles
	some place in terraform.linked("aws_iam_role_policy_attachment", "role", role)
	arn := object.get(input.resource.resources[place], ["values", "policy_arn"], "")
	not is_of_nodes(arn)

	# A policy of this root is none of AWS, whatever its ARN will be.
	step := [part | some part in ["values", "policy_arn"]; not is_own(arn)]
	message := sprintf("%s gives %s, a role of nodes, more than a node needs", [place, role])
}

findings contains {"at": ["resources", place], "message": message} if {
	some role in roles
	some place in terraform.linked("aws_iam_role_policy", "role", role)
	message := sprintf("%s gives %s, a role of nodes, more than a node needs", [place, role])
}

# The roles of managed nodes of this root.
roles := {role | some group in terraform.managed("aws_eks_node_group"); some role in terraform.named(object.get(group, ["values", "node_role_arn"], null))}

is_own(arn) if regex.match(`(^|[.])aws_iam_policy[.]`, object.get(arn, "$of", ""))

is_of_nodes(arn) if {
	is_string(arn)
	parts := split(arn, "/")
	parts[count(parts) - 1] in input.params.policies
}

is_of_nodes(arn) if {
	pieces := object.get(arn, "$pieces", [])
	last := pieces[count(pieces) - 1]
	is_string(last)
	parts := split(last, "/")
	parts[count(parts) - 1] in input.params.policies
}
