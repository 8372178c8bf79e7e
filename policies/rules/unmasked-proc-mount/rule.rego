# METADATA
# title: Container with an unmasked /proc
# description: The mask on /proc hides the controls of the kernel that a container shares with its node.
# custom:
#   severity: error
#   group: pods
#   like:
#     - gatekeeper:proc-mount
#     - kube-linter:unsafe-proc-mount
#     - kyverno:disallow-proc-mount
#     - polaris:procMount
#     - pss:baseline/procMount
#     - pss:restricted/procMount_restricted
#   scope: resource
#   target: pod
package portcullis.rules.unmasked_proc_mount

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.in_user_namespace

findings contains {"at": array.concat(c.at, ["securityContext", "procMount"]), "message": message} if {
	some c in input.pod.containers
	type := c.container.securityContext.procMount
	not type in {"Default", null}
	not in_user_namespace
	message := sprintf("container %s asks for a /proc without its mask: procMount is %s", [containers.name(c), type])
}
