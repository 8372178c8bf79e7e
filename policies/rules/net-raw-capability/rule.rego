# METADATA
# title: Container that can forge packets
# description: With NET_RAW, which every container has unless it drops it, a process sends packets in the name of others.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - checkov:CKV_K8S_28
#     - kube-linter:drop-net-raw-capability
#     - kyverno:require-drop-cap-net-raw
#     - polaris:insecureCapabilities
#   scope: resource
#   target: pod
package portcullis.rules.net_raw_capability

import data.portcullis.prelude.capabilities
import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.on_windows

findings contains {"at": array.concat(c.at, array.concat(["securityContext", "capabilities"], at)), "message": message} if {
	some c in input.pod.containers
	at := source(object.get(c.container, ["securityContext", "capabilities"], null))
	not on_windows
	message := sprintf("container %s has capability NET_RAW: %s", [containers.name(c), reasons[at[0]]])
}

reasons := {"add": "it adds it", "drop": "it drops neither NET_RAW nor ALL"}

# Where the capability comes from: runtimes take away ALL first, then give what is added, then take away what is named.
source(asked) := ["add", ways[0]] if {
	ways := [i | some i, capability in asked.add; capabilities.plain(capability) == "NET_RAW"]
	count(ways) > 0
	named := [1 | some capability in asked.drop; upper(capability) == "NET_RAW"]
	count(named) == 0
} else := ["drop"] if {
	dropped := [1 | some capability in asked.drop; upper(capability) in {"ALL", "NET_RAW"}]
	count(dropped) == 0
}
