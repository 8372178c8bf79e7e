# METADATA
# title: Service account that nothing makes
# description: The controller of a workload cannot make its pods as long as their service account is not there.
# custom:
#   severity: warning
#   group: validity
#   like:
#     - kube-linter:non-existent-service-account
#   scope: platform
#   target: pod
#   joins: [ServiceAccount]
package portcullis.rules.missing_service_account

import data.portcullis.prelude.names

# Pods alone: a RoleBinding may well stand before its account.
findings contains {"resource": holder.id, "at": one.at, "others": others, "message": message} if {
	some holder in input.platform.resources
	holder.pod
	some one in names.missing(holder, "ServiceAccount")
	one.name != "default"
	others := alike(holder)
	message := sprintf("nothing in sight makes ServiceAccount %s", [one.name])
}

# The accounts that the same application does make there.
alike(holder) := [{"resource": id, "at": ["metadata", "name"]} |
	some id in input.platform.namespaces[holder.namespace]
	account := input.platform.resources[id]
	account.kind == "ServiceAccount"
	account.application == holder.application
]
