# METADATA
# title: Container without a word on seccomp
# description: Without a word most nodes run a container unconfined, free to make every system call.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - checkov:CKV_K8S_31
#     - gatekeeper:seccomp
#     - gatekeeper:seccompv2
#     - kube-score:container-seccomp-profile
#     - kyverno:restrict-seccomp-strict
#     - polaris:linuxHardening
#     - pss:restricted/seccompProfile_restricted
#   scope: resource
#   target: pod
package portcullis.rules.missing_seccomp_profile

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.on_windows
import data.portcullis.prelude.security

# One line on the pod serves all its containers, so they are told of together.
findings contains {"at": array.concat(input.pod.at, ["securityContext", "seccompProfile"]), "message": message} if {
	security.of_pod("seccompProfile") == null
	names := [containers.name(c) | some c in input.pod.containers; security.own(c, "seccompProfile") == null]
	count(names) > 0
	not on_windows
	message := sprintf("nobody sets a seccomp profile for %s %s", [words(count(names)), concat(", ", names)])
}

words(1) := "container"

words(number) := "containers" if number > 1
