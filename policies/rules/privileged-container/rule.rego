# METADATA
# title: Container that is or may become privileged
# description: A privileged container owns its node, and every other pod on it.
# custom:
#   severity: error
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
