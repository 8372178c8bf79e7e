# METADATA
# title: Pod among the processes of its host
# description: A pod in the process or IPC namespace of its node looks into what belongs to other pods.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_17
#     - checkov:CKV_K8S_18
#     - gatekeeper:host-namespaces
#     - kube-linter:host-ipc
#     - kube-linter:host-pid
#     - kyverno:disallow-host-namespaces
#     - polaris:hostIPCSet
#     - polaris:hostPIDSet
#     - pss:baseline/hostNamespaces
#   scope: resource
#   target: pod
package portcullis.rules.host_process_namespace

findings contains {"at": array.concat(input.pod.at, [field]), "message": message} if {
	some field in ["hostIPC", "hostPID"]
	input.pod.spec[field] == true
	message := sprintf("pod shares the host's namespace: %s is true", [field])
}
