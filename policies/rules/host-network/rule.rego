# METADATA
# title: Pod in the network of its host
# description: A pod in the network of its node escapes network policies and takes the role of the node.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_19
#     - gatekeeper:host-network-ports
#     - kube-linter:host-network
#     - kyverno:disallow-host-namespaces
#     - polaris:hostNetworkSet
#     - pss:baseline/hostNamespaces
#   scope: resource
#   target: pod
package portcullis.rules.host_network

findings contains {"at": array.concat(input.pod.at, ["hostNetwork"]), "message": "pod shares the host's network: hostNetwork is true"} if {
	input.pod.spec.hostNetwork == true
}
