# METADATA
# title: Secret in environment variables
# description: Variables end up in crash reports, in child processes and in what a debug page prints; files do not.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV_K8S_35
#     - kube-linter:read-secret-from-env-var
#     - kyverno:disallow-secrets-from-env-vars
#   "off": Most frameworks and charts take their secrets from variables; it is for teams whose services read files.
#   scope: resource
#   target: pod
package portcullis.rules.secret_in_environment

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, ["env", i, "valueFrom", "secretKeyRef"]), "message": message} if {
	some c in input.pod.containers
	some i, variable in c.container.env
	reference := object.get(variable, ["valueFrom", "secretKeyRef"], null)
	is_object(reference)
	words := [object.get(variable, "name", "without a name"), containers.name(c), object.get(reference, "name", "without a name")]
	message := sprintf("variable %s of container %s comes from secret %s", words)
}

findings contains {"at": array.concat(c.at, ["envFrom", i, "secretRef"]), "message": message} if {
	some c in input.pod.containers
	some i, source in c.container.envFrom
	reference := object.get(source, "secretRef", null)
	is_object(reference)
	message := sprintf("variables of container %s come from secret %s", [containers.name(c), object.get(reference, "name", "without a name")])
}
