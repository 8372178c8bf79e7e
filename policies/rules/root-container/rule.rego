# METADATA
# title: Container that may run as root
# description: Root in a container is one fault of the runtime away from root on the node.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_23
#     - gatekeeper:users
#     - kube-linter:run-as-non-root
#     - kyverno:require-run-as-nonroot
#     - polaris:runAsRootAllowed
#     - pss:restricted/running-as-non-root
#   scope: resource
#   target: pod
package portcullis.rules.root_container

import data.portcullis.prelude.containers

findings contains {"at": place(c, "runAsUser"), "message": message} if {
	some c in input.pod.containers
	effective(c, "runAsUser") == 0
	message := sprintf("container %s runs as user 0", [containers.name(c)])
}

findings contains {"at": place(c, "runAsNonRoot"), "message": message} if {
	some c in input.pod.containers
	effective(c, "runAsUser") == null
	effective(c, "runAsNonRoot") != true
	message := sprintf("container %s may run as root: neither runAsNonRoot nor runAsUser says otherwise", [containers.name(c)])
}

# What a container says wins over what its pod says.
effective(c, field) := object.get(c.container, ["securityContext", field], object.get(input.pod.spec, ["securityContext", field], null))

place(c, field) := array.concat(c.at, ["securityContext", field]) if {
	field in object.keys(c.container.securityContext)
} else := array.concat(input.pod.at, ["securityContext", field])
