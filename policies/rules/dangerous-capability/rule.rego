# METADATA
# title: Capability as good as privileged
# description: With a few capabilities a container takes over its node although it is not privileged.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_25
#     - checkov:CKV_K8S_39
#     - gatekeeper:capabilities
#     - kyverno:disallow-capabilities
#     - kyverno:disallow-capabilities-strict
#     - polaris:dangerousCapabilities
#     - pss:baseline/capabilities_baseline
#     - pss:restricted/capabilities_restricted
#   scope: resource
#   target: pod
#   params:
#     capabilities: [ALL, BPF, DAC_READ_SEARCH, NET_ADMIN, SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO]
package portcullis.rules.dangerous_capability

import data.portcullis.prelude.capabilities
import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, ["securityContext", "capabilities", "add", i]), "message": message} if {
	some c in input.pod.containers
	some i, capability in c.container.securityContext.capabilities.add
	capabilities.plain(capability) in input.params.capabilities
	message := sprintf("container %s has capability %s, which is as good as privileged", [containers.name(c), capability])
}
