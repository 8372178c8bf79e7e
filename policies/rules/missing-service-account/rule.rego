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
missed := [one |
	some one in names.missing("ServiceAccount")
	one.name != "default"
	input.platform.resources[one.resource].pod
]

findings contains {"resource": one.resource, "at": one.at, "others": others, "message": message} if {
	some one in missed
	others := alike(input.platform.resources[one.resource])
	message := sprintf("nothing in sight makes ServiceAccount %s", [one.name])
}

# The accounts that the same application does make there.
alike(workload) := [{"resource": account.id, "at": ["metadata", "name"]} |
	some account in input.platform.kinds.ServiceAccount
	account.application == workload.application
	account.namespace == workload.namespace
]
