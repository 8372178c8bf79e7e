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
#     - pss:restricted/runAsNonRoot
#   scope: resource
#   target: pod
package portcullis.rules.root_container

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.in_user_namespace
import data.portcullis.prelude.security

findings contains {"at": security.place(c, asks(c)), "message": message} if {
	some c in input.pod.containers
	security.effective(c, "runAsNonRoot") != true
	security.effective(c, "runAsUser") in {null, 0}
	not in_user_namespace
	message := sprintf("container %s may run as root: neither runAsNonRoot nor runAsUser says otherwise", [containers.name(c)])
}

# Who asks for user 0 says it there; runAsNonRoot beside it would only keep the container from starting.
asks(c) := "runAsUser" if security.effective(c, "runAsUser") == 0

else := "runAsNonRoot"
