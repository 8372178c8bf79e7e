# METADATA
# title: Role that gets into running pods
# description: Who runs a command in a pod is that pod, with its secrets, its identity and its network, and Git knows nothing of it.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV2_K8S_2
#     - polaris:clusterrolePodExecAttach
#     - polaris:rolePodExecAttach
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io, Role.rbac.authorization.k8s.io]
package portcullis.rules.pod_exec_role

import data.portcullis.prelude.rbac

# A stream is opened by POST as by GET.
findings contains {"at": grant.at, "message": grant.message} if {
	some grant in rbac.grants("", {"*/attach", "*/exec", "*/portforward", "pods/attach", "pods/exec", "pods/portforward"}, {"create", "get"})
}

findings contains {"at": grant.at, "message": grant.message} if {
	some grant in rbac.grants("", {"*/ephemeralcontainers", "pods/ephemeralcontainers"}, {"patch", "update"})
}
