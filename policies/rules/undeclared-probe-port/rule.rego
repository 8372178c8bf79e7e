# METADATA
# title: Probe of a port that is not declared
# description: Who reads the manifest does not learn that the container listens there.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kube-linter:liveness-port
#     - kube-linter:readiness-port
#     - kube-linter:startup-port
#   "off": A port is open whether it is declared or not; the rule unknown-probe-port finds names that lead nowhere.
#   scope: resource
#   target: pod
package portcullis.rules.undeclared_probe_port

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, [field, kind, "port"]), "message": message} if {
	some c in input.pod.containers
	some field, purpose in {"livenessProbe": "liveness", "readinessProbe": "readiness", "startupProbe": "startup"}
	some kind in ["grpc", "httpGet", "tcpSocket"]
	number := c.container[field][kind].port
	is_number(number)

	# At another host it is no port of the container.
	object.get(c.container[field][kind], "host", "") == ""
	declared := {port.containerPort | some port in c.container.ports}
	not number in declared
	message := sprintf("%s probe of container %s asks at port %v, which the container does not declare", [purpose, containers.name(c), number])
}
