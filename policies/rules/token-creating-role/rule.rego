# METADATA
# title: Role that makes tokens of any ServiceAccount
# description: Who makes tokens of ServiceAccounts acts as any of them, with everything that is granted to them.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io, Role.rbac.authorization.k8s.io]
package portcullis.rules.token_creating_role

import data.portcullis.prelude.rbac

findings contains {"at": grant.at, "message": grant.message} if {
	some grant in rbac.grants("", {"*/token", "serviceaccounts/token"}, {"create"})
	rbac.unnamed(grant.rule)
}
