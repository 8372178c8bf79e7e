# METADATA
# title: Container with a user id of its host
# description: A user id that the node also knows owns files there.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - checkov:CKV_K8S_40
#     - kube-score:container-security-context-user-group-id
#     - kyverno:require-run-as-non-root-user
#   "off": Which ids a node knows depends on its image; root-container and root-user ask for what matters everywhere.
#   scope: resource
#   target: pod
#   params:
#     minimum: 10000
package portcullis.rules.low_user_id

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.in_user_namespace
import data.portcullis.prelude.pods.on_windows
import data.portcullis.prelude.security

findings contains {"at": security.place(c, "runAsUser"), "message": message} if {
	some c in input.pod.containers
	fault := faults(security.effective(c, "runAsUser"))
	not on_windows
	not in_user_namespace
	message := sprintf("container %s runs as %s", [containers.name(c), fault])
}

faults(null) := "whatever user its image names"

faults(user) := sprintf("user %d, less than %d", [user, input.params.minimum]) if {
	is_number(user)
	user < input.params.minimum
}
