# METADATA
# title: Probe of a port that its container does not name
# description: A probe that asks at a name without a number always fails.
# custom:
#   severity: error
#   group: availability
#   like:
#     - kube-linter:liveness-port
#     - kube-linter:readiness-port
#     - kube-linter:startup-port
#   scope: resource
#   target: pod
package portcullis.rules.unknown_probe_port

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, [field, kind, "port"]), "other": array.concat(c.at, ["ports"]), "message": message} if {
	some c in input.pod.containers
	some field, purpose in {"livenessProbe": "liveness", "readinessProbe": "readiness", "startupProbe": "startup"}
	some kind in ["httpGet", "tcpSocket"]
	name := c.container[field][kind].port
	is_string(name)
	named := {port.name | some port in c.container.ports}
	not name in named

	# A number in quotes is no name, and refused.
	not regex.match(`^\d+$`, name)
	message := sprintf("%s probe of container %s asks at port %s, which the container does not name", [purpose, containers.name(c), name])
}
