# METADATA
# title: Container that runs as user 0
# description: A container that asks for user 0 runs as root whatever its image says.
# custom:
#   severity: error
#   group: pods
#   like:
#     - gatekeeper:users
#     - kube-linter:run-as-non-root
#     - kyverno:require-run-as-non-root-user
#     - polaris:runAsRootAllowed
#     - pss:restricted/runAsUser
#   scope: resource
#   target: pod
package portcullis.rules.root_user

import data.portcullis.prelude.contexts
import data.portcullis.prelude.contexts.all
import data.portcullis.prelude.pods.in_user_namespace

findings contains {"at": array.concat(context.at, ["runAsUser"]), "message": message} if {
	some context in all
	context.value.runAsUser == 0
	not in_user_namespace
	message := sprintf("%s asks for root: runAsUser is 0", [contexts.who(context)])
}
