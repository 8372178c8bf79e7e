# METADATA
# title: User that nobody checks
# description: Only runAsNonRoot makes the kubelet refuse to start a container as root; a runAsUser is no promise.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - kyverno:require-run-as-nonroot
#     - pss:restricted/runAsNonRoot
#   scope: resource
#   target: pod
package portcullis.rules.missing_run_as_non_root

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.in_user_namespace
import data.portcullis.prelude.security

# Of containers without a user, or with user 0, the rule root-container tells.
findings contains {"at": security.place(c, "runAsNonRoot"), "message": message} if {
	some c in input.pod.containers
	security.effective(c, "runAsNonRoot") != true
	user := security.effective(c, "runAsUser")
	not user in {null, 0}
	not in_user_namespace
	message := sprintf("container %s runs as user %v, but runAsNonRoot is not true", [containers.name(c), user])
}

# What the pod says counts for the standard even where no container inherits it.
findings contains {"at": array.concat(input.pod.at, ["securityContext", "runAsNonRoot"]), "message": "pod lets its containers run as root: runAsNonRoot is false"} if {
	security.of_pod("runAsNonRoot") == false
	others := [1 | some c in input.pod.containers; security.own(c, "runAsNonRoot") != true]
	count(others) == 0
	not in_user_namespace
}
