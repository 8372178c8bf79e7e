# METADATA
# title: Role that reaches through nodes
# description: The kubelet behind nodes/proxy runs commands in every pod of the node, past the audit log and past admission.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV2_K8S_2
#     - kyverno:restrict-clusterrole-nodesproxy
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io]
package portcullis.rules.node_proxy_role

import data.portcullis.prelude.rbac

findings contains {"at": grant.at, "message": grant.message} if {
	some grant in rbac.grants("", {"*/proxy", "nodes/proxy"}, {"create", "get", "patch", "update"})
}
