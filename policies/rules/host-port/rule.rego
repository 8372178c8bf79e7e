# METADATA
# title: Container that takes a port of its node
# description: A port of the node is open to everybody who reaches the node, and only one pod on each can have it.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - checkov:CKV_K8S_26
#     - gatekeeper:host-network-ports
#     - kyverno:disallow-host-ports
#     - polaris:hostPortSet
#     - pss:baseline/hostPorts
#   scope: resource
#   target: pod
package portcullis.rules.host_port

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, ["ports", i, "hostPort"]), "message": message} if {
	some c in input.pod.containers
	some i, port in c.container.ports
	not object.get(port, "hostPort", 0) in {0, null}
	message := sprintf("container %s takes port %v of its node", [containers.name(c), port.hostPort])
}
