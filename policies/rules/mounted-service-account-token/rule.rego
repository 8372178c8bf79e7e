# METADATA
# title: Token of a ServiceAccount that nobody needs
# description: Every container gets a token of the API server, for whoever breaks in, although nothing is granted to its ServiceAccount.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV_K8S_38
#     - gatekeeper:automount-serviceaccount-token
#     - kyverno:restrict-automount-sa-token
#     - polaris:automountServiceAccountToken
#   scope: platform
#   target: pod
#   joins: [ClusterRoleBinding, RoleBinding, ServiceAccount.core]
package portcullis.rules.mounted_service_account_token

findings contains {"resource": workload.id, "at": at, "others": others, "message": message} if {
	some workload in input.platform.resources
	workload.pod
	count(object.get(workload.resource, ["metadata", "ownerReferences"], [])) == 0
	account := account_of(workload.pod.spec)
	key := sprintf("%s/%s", [workload.namespace, account])
	mounts(workload.pod.spec, key)
	not key in granted
	at := array.concat(workload.pod.at, ["automountServiceAccountToken"])
	others := [{"resource": found.id, "at": ["automountServiceAccountToken"]} |
		some found in object.get(input.platform.kinds, "ServiceAccount", [])
		found.name == account
		found.namespace == workload.namespace
	]
	message := sprintf("pod mounts a token of ServiceAccount %s, to which nothing is granted", [account])
}

# serviceAccount is the old name of the same field, and counts where the new one says nothing.
account_of(spec) := names[0] if {
	names := [name | some field in ["serviceAccountName", "serviceAccount"]; name := object.get(spec, field, ""); name != ""]
	count(names) > 0
} else := "default"

# What the pod says wins over what its ServiceAccount says; silence of both mounts it.
mounts(spec, _) if spec.automountServiceAccountToken == true

mounts(spec, key) if {
	object.get(spec, "automountServiceAccountToken", null) == null
	not key in silenced
}

silenced := {sprintf("%s/%s", [account.namespace, account.name]) |
	some account in input.platform.kinds.ServiceAccount
	account.resource.automountServiceAccountToken == false
}

# Who has a role calls the API server.
granted := {sprintf("%s/%s", [namespace, object.get(subject, "name", "")]) |
	some kind in ["ClusterRoleBinding", "RoleBinding"]
	some binding in input.platform.kinds[kind]
	some subject in binding.resource.subjects
	subject.kind == "ServiceAccount"
	some namespace in [object.get(subject, "namespace", binding.namespace), ""]
}
