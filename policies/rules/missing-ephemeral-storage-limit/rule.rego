# METADATA
# title: Container without a limit of ephemeral storage
# description: Logs and scratch files of one container fill the disk of all pods on its node.
# custom:
#   severity: warning
#   group: resources
#   like:
#     - gatekeeper:ephemeralstoragelimit
#     - kube-score:container-ephemeral-storage-request-and-limit
#   "off": Most services write little beside their logs, which the kubelet rotates; it is for clusters whose nodes have run out of disk.
#   scope: resource
#   target: pod
package portcullis.rules.missing_ephemeral_storage_limit

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities

# Kubernetes knows no ephemeral storage of a whole pod.
findings contains {"at": array.concat(c.at, ["resources", "limits", "ephemeral-storage"]), "message": message} if {
	some c in input.pod.containers
	c.role != "ephemeral"
	not quantities.limited("ephemeral-storage", c.amounts)
	message := sprintf("container %s has no limit of ephemeral storage", [containers.name(c)])
}
