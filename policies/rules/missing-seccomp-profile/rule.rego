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

# One line on the pod serves all its containers.
findings contains {"at": array.concat(input.pod.at, ["securityContext", "seccompProfile"]), "message": message} if {
	count(silent) > 0
	count(silent) == count(input.pod.containers)
	message := "pod has no seccomp profile, nor has any of its containers"
}

findings contains {"at": array.concat(c.at, ["securityContext", "seccompProfile"]), "message": message} if {
	count(silent) < count(input.pod.containers)
	some c in silent
	message := sprintf("container %s has no seccomp profile, nor has its pod", [containers.name(c)])
}

silent := [c |
	security.of_pod("seccompProfile") == null
	not on_windows
	some c in input.pod.containers
	security.own(c, "seccompProfile") == null
]
