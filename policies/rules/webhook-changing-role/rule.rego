# METADATA
# title: Role that changes admission webhooks
# description: Who changes webhook configurations sees and rewrites every object that is created, and can switch the gate off.
# custom:
#   severity: error
#   group: access
#   like: [checkov:CKV_K8S_155]
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io]
package portcullis.rules.webhook_changing_role

import data.portcullis.prelude.rbac

resources := {"mutatingwebhookconfigurations", "validatingwebhookconfigurations"}

findings contains {"at": grant.at, "message": grant.message} if {
	some grant in rbac.grants("admissionregistration.k8s.io", resources, {"create", "delete", "deletecollection", "patch", "update"})
	rbac.unnamed(grant.rule)
}
