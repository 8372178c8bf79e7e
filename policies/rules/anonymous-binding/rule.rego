# METADATA
# title: Binding of people without a name
# description: What is granted to anonymous users, everybody has who reaches the API server.
# custom:
#   severity: error
#   group: access
#   like:
#     - gatekeeper:disallowanonymous
#     - kyverno:restrict-binding-system-groups
#   scope: resource
#   target: [ClusterRoleBinding, RoleBinding]
package portcullis.rules.anonymous_binding

import data.portcullis.prelude.rbac.bound
import data.portcullis.prelude.rbac.subjects

nameless := {["Group", "system:unauthenticated"], ["User", "system:anonymous"]}

# Version and health of the API server, which Kubernetes itself gives to everybody.
findings contains {"at": subject.at, "message": message} if {
	object.get(input.resource, ["roleRef", "name"], "") != "system:public-info-viewer"
	some subject in subjects
	[subject.kind, subject.name] in nameless
	message := sprintf("%s is granted to %s, which is everybody without a login", [bound, subject.name])
}
