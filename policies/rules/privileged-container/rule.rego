# METADATA
# title: Privileged container
# description: A privileged container owns its node, and every other pod on it.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_16
#     - gatekeeper:privileged-containers
#     - kube-linter:privileged-container
#     - kube-score:container-security-context-privileged
#     - kyverno:disallow-privileged-containers
#     - polaris:runAsPrivileged
#     - pss:baseline/privileged
#   scope: resource
#   target: pod
package portcullis.rules.privileged_container

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, ["securityContext", "privileged"]), "message": message} if {
	some c in input.pod.containers
	c.container.securityContext.privileged == true
	message := sprintf("container %s is privileged", [containers.name(c)])
}
