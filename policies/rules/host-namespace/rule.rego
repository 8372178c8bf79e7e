# METADATA
# title: Pod in a namespace of its host
# description: A pod in the network, process or IPC namespace of its node sees and reaches what belongs to other pods.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_17
#     - checkov:CKV_K8S_18
#     - checkov:CKV_K8S_19
#     - gatekeeper:host-namespaces
#     - gatekeeper:host-network-ports
#     - kube-linter:host-ipc
#     - kube-linter:host-network
#     - kube-linter:host-pid
#     - polaris:hostIPCSet
#     - polaris:hostNetworkSet
#     - polaris:hostPIDSet
#     - pss:baseline/host-namespaces
#   scope: resource
#   target: pod
package portcullis.rules.host_namespace

findings contains {"at": array.concat(input.pod.at, [field]), "message": message} if {
	some field in ["hostIPC", "hostNetwork", "hostPID"]
	input.pod.spec[field] == true
	message := sprintf("pod shares the host's namespace: %s is true", [field])
}
