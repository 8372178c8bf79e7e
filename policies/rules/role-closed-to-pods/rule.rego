# METADATA
# title: Role that Pod Identity cannot take
# description: The association is made, and its pods get no credentials.
# custom:
#   severity: error
#   group: access
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.role_closed_to_pods

import data.portcullis.prelude.terraform

service := "pods.eks.amazonaws.com"

# Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
needed := {"sts:AssumeRole", "sts:TagSession"}

findings contains {"at": array.concat(["resources", role], step), "message": message} if {
	some place, association in terraform.managed("aws_eks_pod_identity_association")
	some role in terraform.named(object.get(association, ["values", "role_arn"], null))
	trusting := terraform.managed("aws_iam_role")[role]
	lacking := needed - allowed(trusting)
	count(lacking) > 0

	# Where nobody knows all of its trust, nobody can tell.
	step := array.concat(array.concat(unread(trusting), read(trusting)), [["values", "assume_role_policy"]])[0]
	message := sprintf("%s gives %s to pods, and its trust does not let %s do %s", [place, role, service, concat(" and ", sort(lacking))])
}

# What the trust of a role lets the service of Pod Identity do, of what it needs.
allowed(role) := {one |
	some found in terraform.statements_of(role, "/assume_role_policy")
	terraform.is_allow(found.statement)
	service in terraform.listed(object.get(found.statement, ["Principal", "Service"], []))
	some action in terraform.listed(object.get(found.statement, "Action", []))
	is_string(action)
	some one in needed
	glob.match(lower(action), null, lower(one))
}

# Where statements may let it do more, as parts of them are not known.
unread(role) := [at |
	some found in terraform.statements_of(role, "/assume_role_policy")
	some at in vague(found)
]

vague(found) := [found.at] if terraform.is_unknown(found.statement)

else := array.concat(
	[array.concat(found.at, [part]) | some part in ["Action", "Principal"]; terraform.is_unknown(object.get(found.statement, part, null))],
	[array.concat(found.at, ["Principal", "Service"]) | terraform.is_unknown(object.get(found.statement, ["Principal", "Service"], null))],
)

# The statements of a trust that can be read, whatever is not known beside them.
read(role) := [["documents", "/assume_role_policy", "Statement"] |
	object.get(role, ["documents", "/assume_role_policy", "Statement"], null) != null
]
