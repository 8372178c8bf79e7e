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
import data.portcullis.prelude.texts

findings contains {"at": array.concat(["resources", place], step), "message": message} if {
	some role in roles
	some place in terraform.linked("aws_iam_role_policy_attachment", "role", role)
	arn := object.get(input.resource.resources[place], ["values", "policy_arn"], "")
	not is_of_nodes(arn)

	# A policy of this root is none of AWS, whatever its ARN will be.
	step := place_of(arn)
	message := sprintf("%s gives %s, a role of nodes, more than a node needs", [place, role])
}

findings contains {"at": ["resources", place], "message": message} if {
	some role in roles
	some place in terraform.linked("aws_iam_role_policy", "role", role)
	message := sprintf("%s gives %s, a role of nodes, more than a node needs", [place, role])
}

# The roles of managed nodes of this root.
roles := {role | some group in terraform.managed("aws_eks_node_group"); some role in terraform.named(object.get(group, ["values", "node_role_arn"], null))}

place_of(arn) := [] if is_own(arn)

else := texts.settled(["values", "policy_arn"], arn) if texts.tail(arn)

else := ["values", "policy_arn"]

is_own(arn) if regex.match(`(^|[.])aws_iam_policy[.]`, object.get(arn, "$of", ""))

is_of_nodes(arn) if texts.tail(arn) in input.params.policies
