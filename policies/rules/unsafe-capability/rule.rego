# METADATA
# title: Capability beyond the harmless ones
# description: A capability that container runtimes do not give by themselves reaches into the node or into its network.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - checkov:CKV_K8S_25
#     - gatekeeper:capabilities
#     - kyverno:disallow-capabilities
#     - kyverno:disallow-capabilities-strict
#     - polaris:dangerousCapabilities
#     - pss:baseline/capabilities_baseline
#     - pss:restricted/capabilities_restricted
#   scope: resource
#   target: pod
#   params:
#     except: [ALL, BPF, DAC_READ_SEARCH, NET_ADMIN, SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO]
package portcullis.rules.unsafe_capability

import data.portcullis.prelude.capabilities
import data.portcullis.prelude.capabilities.harmless
import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, ["securityContext", "capabilities", "add", i]), "message": message} if {
	some c in input.pod.containers
	some i, capability in c.container.securityContext.capabilities.add
	not capability in harmless
	not capabilities.plain(capability) in input.params.except
	message := sprintf("container %s adds capability %s, which the baseline standard forbids", [containers.name(c), capability])
}
