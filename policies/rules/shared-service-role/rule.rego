# METADATA
# title: Role that several service accounts share
# description: Each of them then has the permissions of all.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [aws_iam_role.terraform, terraform_root.terraform]
package portcullis.rules.shared_service_role

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["Condition", "StringEquals", key]), "message": message} if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	some key, value in object.get(found.statement, ["Condition", "StringEquals"], {})
	endswith(key, ":sub")
	accounts := {one | some one in terraform.listed(value); is_string(one); startswith(one, "system:serviceaccount:")}
	count(accounts) > 1
	message := sprintf("%s is shared by %v service accounts", [address, count(accounts)])
}

# Where it is not known whether it is a list.
findings contains {"at": array.concat(found.at, ["Condition", operator, key]), "message": message} if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	some operator in ["StringEquals", "StringLike"]
	some key, value in object.get(found.statement, ["Condition", operator], {})
	endswith(key, ":sub")
	terraform.is_vague(value)
	message := sprintf("%s is shared by service accounts that are not known", [address])
}

# Pod Identity: associations of one root that give a role to several accounts, told of all but those of the first account.
findings contains {"at": ["resources", place, "values", "service_account"], "message": message} if {
	some place, association in terraform.managed("aws_eks_pod_identity_association")
	some role in terraform.named(object.get(association, ["values", "role_arn"], null))
	accounts := {account |
		some other in terraform.linked("aws_eks_pod_identity_association", "role_arn", role)
		account := account_of(input.resource.resources[other])
	}
	count(accounts) > 1
	account_of(association) != sort(accounts)[0]
	message := sprintf("%s gives %s, which %v service accounts share", [place, role, count(accounts)])
}

account_of(association) := sprintf("%s:%s", [namespace, account]) if {
	namespace := object.get(association, ["values", "namespace"], null)
	account := object.get(association, ["values", "service_account"], null)
	is_string(namespace)
	is_string(account)
}
