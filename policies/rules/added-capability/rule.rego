# METADATA
# title: Container with an added capability
# description: A hardened container needs no capability but the one that opens low ports.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - checkov:CKV_K8S_25
#     - gatekeeper:capabilities
#     - kyverno:disallow-capabilities-strict
#     - pss:restricted/capabilities_restricted
#   scope: resource
#   target: pod
package portcullis.rules.added_capability

import data.portcullis.prelude.capabilities.harmless
import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.on_windows

# Of others the rules unsafe-capability and dangerous-capability tell.
findings contains {"at": array.concat(c.at, ["securityContext", "capabilities", "add", i]), "message": message} if {
	some c in input.pod.containers
	some i, capability in c.container.securityContext.capabilities.add
	capability != "NET_BIND_SERVICE"
	capability in harmless
	not on_windows
	message := sprintf("container %s adds capability %s; a restricted one may add NET_BIND_SERVICE alone", [containers.name(c), capability])
}
