# METADATA
# title: Binding to cluster-admin
# description: Whoever is bound to cluster-admin may do everything, so that a single leaked token is the whole cluster or namespace.
# custom:
#   severity: error
#   group: access
#   like:
#     - kube-linter:cluster-admin-role-binding
#     - kyverno:restrict-binding-clusteradmin
#     - polaris:clusterrolebindingClusterAdmin
#     - polaris:rolebindingClusterAdminClusterRole
#   scope: resource
#   target: [ClusterRoleBinding, RoleBinding]
package portcullis.rules.cluster_admin_binding

import data.portcullis.prelude.rbac.subjects

findings contains {"at": ["roleRef", "name"], "message": message} if {
	reference := input.resource.roleRef
	reference.name == "cluster-admin"
	object.get(reference, "kind", "ClusterRole") == "ClusterRole"
	count(subjects) > 0
	names := concat(", ", [sprintf("%s %s", [subject.kind, subject.name]) | some subject in subjects])
	message := sprintf("%s may do everything in %s", [names, object.get(reach, input.resource.kind, "it")])
}

reach := {"ClusterRoleBinding": "the whole cluster", "RoleBinding": "the namespace"}
