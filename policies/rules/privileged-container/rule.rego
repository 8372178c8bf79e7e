# METADATA
# title: Container that is or may become privileged
# description: A privileged container owns its node, and every other pod on it.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_16
#     - checkov:CKV_K8S_20
#     - gatekeeper:allow-privilege-escalation
#     - gatekeeper:privileged-containers
#     - kube-linter:privilege-escalation-container
#     - kube-linter:privileged-container
#     - kyverno:disallow-privileged-containers
#     - polaris:privilegeEscalationAllowed
#     - polaris:runAsPrivileged
#     - pss:baseline/privileged-containers
#     - pss:restricted/privilege-escalation
#   scope: resource
#   target: pod
#   params:
#     capabilities: [ALL, SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO, NET_ADMIN, BPF]
package portcullis.rules.privileged_container

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, ["securityContext", "privileged"]), "message": message} if {
	some c in input.pod.containers
	c.container.securityContext.privileged == true
	message := sprintf("container %s is privileged", [containers.name(c)])
}

# Without a word, escalation is allowed.
findings contains {"at": array.concat(c.at, ["securityContext", "allowPrivilegeEscalation"]), "message": message} if {
	some c in input.pod.containers
	object.get(c.container, ["securityContext", "privileged"], false) != true
	object.get(c.container, ["securityContext", "allowPrivilegeEscalation"], true) != false
	message := sprintf("container %s may escalate its privileges: allowPrivilegeEscalation is not false", [containers.name(c)])
}

findings contains {"at": array.concat(c.at, ["securityContext", "capabilities", "add", i]), "message": message} if {
	some c in input.pod.containers
	some i, capability in c.container.securityContext.capabilities.add
	trim_prefix(upper(capability), "CAP_") in input.params.capabilities
	message := sprintf("container %s has capability %s, which is as good as privileged", [containers.name(c), capability])
}

# A process of the Windows host in all but name; what the pod says, its containers inherit.
findings contains {"at": array.concat(input.pod.at, host_process), "message": message} if {
	object.get(input.pod.spec, host_process, false) == true
	message := "containers of the pod are processes of their Windows host: hostProcess is true"
}

findings contains {"at": array.concat(c.at, host_process), "message": message} if {
	some c in input.pod.containers
	object.get(c.container, host_process, false) == true
	message := sprintf("container %s is a process of its Windows host: hostProcess is true", [containers.name(c)])
}

host_process := ["securityContext", "windowsOptions", "hostProcess"]
