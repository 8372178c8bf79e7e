# METADATA
# title: Unmasked /proc in a user namespace
# description: A hardened pod keeps the mask on /proc even where its root is nobody on the node.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - gatekeeper:proc-mount
#     - kube-linter:unsafe-proc-mount
#     - kyverno:disallow-proc-mount
#     - polaris:procMount
#     - pss:restricted/procMount_restricted
#   scope: resource
#   target: pod
package portcullis.rules.unmasked_proc_in_user_namespace

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.in_user_namespace

findings contains {"at": array.concat(c.at, ["securityContext", "procMount"]), "message": message} if {
	in_user_namespace
	some c in input.pod.containers
	type := c.container.securityContext.procMount
	not type in {"Default", null}
	message := sprintf("container %s asks for a /proc without its mask in its user namespace: procMount is %s", [containers.name(c), type])
}
