# METADATA
# title: Secret store that is open to every namespace
# description: Whoever may make an ExternalSecret anywhere reads every secret that a store without conditions can reach.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [ClusterSecretStore]
package portcullis.rules.open_secret_store

import data.portcullis.prelude.selectors

conditions := object.get(input.resource, ["spec", "conditions"], [])

findings contains {"at": ["spec", "conditions"], "message": message} if {
	input.resource.kind == "ClusterSecretStore"
	count(conditions) == 0
	message := sprintf("ClusterSecretStore %s may be used from every namespace", [input.resource.metadata.name])
}

# One condition that is met is enough.
findings contains {"at": ["spec", "conditions", i], "message": message} if {
	some i, condition in conditions
	field := open(condition)
	message := sprintf("%s of ClusterSecretStore %s lets in every namespace", [field, input.resource.metadata.name])
}

open(condition) := "empty namespaceSelector" if selectors.is_empty(condition.namespaceSelector)

else := sprintf("namespaceRegexes %s", [wide[0]]) if {
	wide := [pattern | some pattern in condition.namespaceRegexes; trim(pattern, "^$") in {".*", ".+", ""}]
	count(wide) > 0
}
