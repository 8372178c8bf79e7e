# METADATA
# title: Role that trusts a service account that is not there
# description: Whoever makes an account of that name later has the permissions of the role, and the pod that was meant has none.
# custom:
#   severity: warning
#   group: access
#   scope: platform
#   target: [aws_eks_pod_identity_association.terraform, aws_iam_role.terraform]
#   joins: [ServiceAccount, helm_release.terraform, kubernetes_service_account.terraform, kubernetes_service_account_v1.terraform]
#   params:
#     elsewhere: [amazon-cloudwatch, amazon-guardduty, kube-node-lease, kube-public, kube-system]
package portcullis.rules.trust_in_missing_service_account

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.terraform
import data.portcullis.prelude.trust
import data.portcullis.prelude.trust.key

findings contains {"resource": role.id, "at": one.at, "others": others, "message": message} if {
	some role in infrastructure.made("aws_iam_role")
	infrastructure.is_told(role)
	some one in trust.named(role)
	is_string(one.text)
	parts := split(one.text, ":")
	count(parts) == 4
	array.slice(parts, 0, 2) == ["system", "serviceaccount"]
	not contains(one.text, "*")
	not contains(one.text, "?")
	namespace := parts[2]
	account := parts[3]
	is_missing(namespace, account)
	others := [{"resource": meant(in_namespace(namespace), role), "at": ["metadata", "name"]}]
	message := sprintf("%s trusts service account %s of namespace %s, which nothing in sight makes", [role.name, account, namespace])
}

# Pod Identity: the association names the account, and the role trusts the agent.
findings contains {"resource": one.id, "at": ["values", "service_account"], "others": others, "message": message} if {
	some one in infrastructure.made("aws_eks_pod_identity_association")
	infrastructure.is_told(one)
	namespace := infrastructure.value(one, "namespace")
	account := infrastructure.value(one, "service_account")
	is_string(namespace)
	is_string(account)
	is_missing(namespace, account)
	others := [{"resource": in_namespace(namespace)[0].id, "at": ["metadata", "name"]}]
	message := sprintf("%s gives a role to service account %s of namespace %s, which nothing in sight makes", [one.name, account, namespace])
}

is_missing(namespace, account) if {
	elsewhere := input.params.elsewhere
	not namespace in elsewhere
	beside := in_namespace(namespace)
	count(beside) > 0
	count([other | some other in beside; other.name == account]) == 0
	not is_made_elsewhere(namespace, account)
}

# Only where some accounts of the namespace are in sight, one is missing.
in_namespace(namespace) := [account |
	some account in object.get(input.platform.kinds, "ServiceAccount", [])
	account.group == ""
	account.namespace in {namespace, ""}
]

# The account that names the role, else the first one.
meant(beside, role) := found[0] if {
	name := object.get(role.resource, ["values", "name"], "")
	naming := [account.id |
		some account in beside
		is_string(name)
		endswith(object.get(account.resource, ["metadata", "annotations", key], ""), concat("", ["/", name]))
	]
	found := array.concat(naming, [account.id | some account in beside])
}

# Terraform makes it, or releases a chart there that may.
is_made_elsewhere(namespace, _) if {
	some release in infrastructure.made("helm_release")
	where := object.get(release.resource, ["values", "namespace"], "default")
	terraform.may_be(where, {namespace})
}

is_made_elsewhere(_, account) if {
	some type in ["kubernetes_service_account", "kubernetes_service_account_v1"]
	some made in infrastructure.made(type)
	named := object.get(made.resource, ["values", "metadata"], [])
	is_of(named, account)
}

is_of(named, _) if terraform.is_unknown(named)

is_of(named, account) if {
	some block in named
	terraform.may_be(object.get(block, "name", null), {account})
}
