# METADATA
# title: Pod with the default ServiceAccount
# description: What is granted to the default ServiceAccount, every pod of the namespace has; the audit log cannot tell them apart.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_K8S_42
#     - kube-linter:default-service-account
#   scope: resource
#   target: pod
package portcullis.rules.default_service_account

# serviceAccount is the old name of the same field, and counts where the new one says nothing.
names := [name |
	some field in ["serviceAccountName", "serviceAccount"]
	name := object.get(input.pod.spec, field, "")
	name != ""
]

account := names[0] if count(names) > 0

else := ""

# A pod without a token has nothing of what is granted to its account.
findings contains {"at": place, "message": message} if {
	account in {"", "default"}
	object.get(input.pod.spec, "automountServiceAccountToken", null) != false
	message := "pod runs as the default ServiceAccount of its namespace"
}

fields := [field | some field in ["serviceAccountName", "serviceAccount"]; field in object.keys(input.pod.spec)]

place := array.concat(input.pod.at, [fields[0]]) if count(fields) > 0

else := array.concat(input.pod.at, ["serviceAccountName"])
