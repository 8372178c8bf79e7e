# METADATA
# title: API version that is going to be removed
# description: An object of a deprecated API version works until an upgrade of the cluster removes it.
# custom:
#   severity: warning
#   group: validity
#   like: [gatekeeper:verifydeprecatedapi, kube-linter:no-extensions-v1beta, kube-score:stable-version, kyverno:check-deprecated-apis]
#   scope: resource
#   target: any
#   facts: [schema]
package portcullis.rules.deprecated_api

findings contains {"at": ["apiVersion"], "message": message} if {
	ends := input.schema.deprecated
	message := concat("", [sprintf("%s is deprecated", [input.schema.kind]), since(ends), removed(ends), instead(ends)])
}

since(ends) := sprintf(" since Kubernetes %s", [ends.since])

since(ends) := "" if not ends.since

removed(ends) := sprintf(" and goes with %s", [ends.removed])

removed(ends) := "" if not ends.removed

instead(ends) := sprintf("; write %s", [ends.instead]) if ends.since

instead(ends) := sprintf(": %s", [ends.instead]) if not ends.since

instead(ends) := "" if not ends.instead
