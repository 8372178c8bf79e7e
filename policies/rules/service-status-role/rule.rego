# METADATA
# title: Role that changes the status of Services
# description: The status of a Service says where its load balancer is, and nodes believe it, so that any address can be taken over.
# custom:
#   severity: warning
#   group: access
#   like: [checkov:CKV2_K8S_4]
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io, Role.rbac.authorization.k8s.io]
package portcullis.rules.service_status_role

import data.portcullis.prelude.rbac

findings contains {"at": grant.at, "message": grant.message} if {
	some grant in rbac.grants("", {"services/status"}, {"patch", "update"})
	rbac.unnamed(grant.rule)
}
