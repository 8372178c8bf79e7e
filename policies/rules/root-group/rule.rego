# METADATA
# title: Pod in the group of root
# description: Members of group 0 read and write what is meant for root alone.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - gatekeeper:users
#     - kube-linter:run-as-non-root
#     - kube-score:container-security-context-user-group-id
#     - kyverno:require-non-root-groups
#   "off": Images that run under any user id rely on group 0, as OpenShift asks of them.
#   scope: resource
#   target: pod
package portcullis.rules.root_group

import data.portcullis.prelude.contexts
import data.portcullis.prelude.contexts.all

findings contains {"at": array.concat(context.at, [field]), "message": message} if {
	some context in all
	some field in ["runAsGroup", "fsGroup"]
	context.value[field] == 0
	message := sprintf("%s asks for the group of root: %s is 0", [contexts.who(context), field])
}

findings contains {"at": array.concat(input.pod.at, ["securityContext", "supplementalGroups", i]), "message": message} if {
	some i, group in input.pod.spec.securityContext.supplementalGroups
	group == 0
	message := "the pod asks for the group of root: supplementalGroups has 0"
}
