# METADATA
# title: Container that may escalate its privileges
# description: A process that may gain more privileges than its parent has turns any setuid file of the image into a way to root.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_20
#     - gatekeeper:allow-privilege-escalation
#     - kube-linter:privilege-escalation-container
#     - kyverno:disallow-privilege-escalation
#     - polaris:privilegeEscalationAllowed
#     - pss:restricted/allowPrivilegeEscalation
#   scope: resource
#   target: pod
package portcullis.rules.privilege_escalation

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.on_windows

# Without a word, escalation is allowed.
findings contains {"at": array.concat(c.at, ["securityContext", "allowPrivilegeEscalation"]), "message": message} if {
	some c in input.pod.containers
	object.get(c.container, ["securityContext", "allowPrivilegeEscalation"], true) != false
	not on_windows
	message := sprintf("container %s may escalate its privileges: allowPrivilegeEscalation is not false", [containers.name(c)])
}
