# METADATA
# title: Probe or hook of another host
# description: A probe or hook with a host makes the kubelet send requests from the node to whomever the pod names.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - gatekeeper:host-probes-lifecycle
#     - pss:baseline/hostProbesAndHostLifecycle
#   scope: resource
#   target: pod
package portcullis.rules.host_probe

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, place), "message": message} if {
	some c in input.pod.containers
	some place in places
	host := object.get(c.container, place, null)
	not host in {"", null}
	owner := array.slice(place, 0, count(place) - 2)
	message := sprintf("%s of container %s names the host %v", [owner[count(owner) - 1], containers.name(c), host])
}

places := [
	["livenessProbe", "httpGet", "host"],
	["livenessProbe", "tcpSocket", "host"],
	["readinessProbe", "httpGet", "host"],
	["readinessProbe", "tcpSocket", "host"],
	["startupProbe", "httpGet", "host"],
	["startupProbe", "tcpSocket", "host"],
	["lifecycle", "postStart", "httpGet", "host"],
	["lifecycle", "postStart", "tcpSocket", "host"],
	["lifecycle", "preStop", "httpGet", "host"],
	["lifecycle", "preStop", "tcpSocket", "host"],
]
