# METADATA
# title: API version that the cluster no longer serves
# description: An object of an API version that is gone cannot be deployed at all; the sync of its application fails.
# custom:
#   severity: error
#   group: validity
#   like: [gatekeeper:verifydeprecatedapi, kube-linter:no-extensions-v1beta, kube-score:stable-version, kyverno:check-deprecated-apis]
#   scope: resource
#   target: any
#   facts: [schema]
package portcullis.rules.removed_api

findings contains {"at": ["apiVersion"], "message": message} if {
	gone := input.schema.removed
	message := concat("", [sprintf("%s is not served by Kubernetes %s", [input.schema.kind, input.schema.version]), since(gone), instead(gone)])
}

since(gone) := sprintf(": it was removed in %s", [gone.removed])

since(gone) := "" if not gone.removed

instead(gone) := sprintf("; write %s", [gone.instead])

instead(gone) := "" if not gone.instead
