# METADATA
# title: Role that approves client certificates
# description: Who approves certificate requests can make a certificate for any user or group, cluster administrators among them.
# custom:
#   severity: error
#   group: access
#   like: [checkov:CKV_K8S_156]
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io]
package portcullis.rules.certificate_approving_role

import data.portcullis.prelude.rbac

# It takes both: the approval itself, and the say over the signer.
findings contains {"at": approvals[0].at, "message": approvals[0].message} if {
	count(approvals) > 0
	some signer in rbac.grants("certificates.k8s.io", {"signers"}, {"approve"})
	strong(signer.rule)
}

approvals := rbac.grants("certificates.k8s.io", {"*/approval", "certificatesigningrequests/approval"}, {"patch", "update"})

# Signers whose certificates nobody takes for a user are named, and of another domain.
strong(rule) if rbac.unnamed(rule)

strong(rule) if {
	some name in rule.resourceNames
	startswith(name, "kubernetes.io/")
}
