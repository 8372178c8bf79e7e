# METADATA
# title: Role that reads all secrets
# description: Who reads every secret of a namespace has the credentials of everybody in it.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV2_K8S_5
#     - kube-linter:access-to-secrets
#     - kyverno:restrict-secret-role-verbs
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io, Role.rbac.authorization.k8s.io]
package portcullis.rules.secret_reading_role

import data.portcullis.prelude.rbac

findings contains {"at": grant.at, "message": grant.message} if {
	some grant in rbac.grants("", {"secrets"}, {"get", "list", "watch"})
	rbac.unnamed(grant.rule)
}
