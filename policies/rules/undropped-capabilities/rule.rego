# METADATA
# title: Container that keeps capabilities
# description: Without a word a container gets more than ten capabilities of root, of which it needs none.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - checkov:CKV_K8S_37
#     - gatekeeper:capabilities
#     - kyverno:disallow-capabilities-strict
#     - kyverno:require-drop-all
#     - pss:restricted/capabilities_restricted
#   scope: resource
#   target: pod
package portcullis.rules.undropped_capabilities

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.on_windows

findings contains {"at": array.concat(c.at, ["securityContext", "capabilities", "drop"]), "message": message} if {
	some c in input.pod.containers
	drops := [1 | some "ALL" in c.container.securityContext.capabilities.drop]
	count(drops) == 0
	not on_windows
	message := sprintf("container %s keeps capabilities: it does not drop ALL", [containers.name(c)])
}
