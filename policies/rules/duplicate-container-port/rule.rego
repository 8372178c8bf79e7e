# METADATA
# title: Port that is declared twice
# description: Who merges or reads ports by their number or name takes the two for one.
# custom:
#   severity: error
#   group: validity
#   scope: resource
#   target: pod
package portcullis.rules.duplicate_container_port

import data.portcullis.prelude.containers
import data.portcullis.prelude.duplicates

findings contains {"at": at, "other": other, "message": message} if {
	some c in input.pod.containers
	ports := c.container.ports
	count(ports) > 1
	numbers := [number(port) | some port in ports]
	some j, i in duplicates.repeated(numbers)
	at := array.concat(c.at, ["ports", j, "containerPort"])
	other := array.concat(c.at, ["ports", i, "containerPort"])
	message := sprintf("container %s declares port %v of %s twice", [containers.name(c), numbers[j][0], numbers[j][1]])
}

# The API server refuses these.
findings contains {"at": at, "other": other, "message": message} if {
	some c in input.pod.containers
	ports := c.container.ports
	count(ports) > 1
	names := [object.get(port, "name", null) | some port in ports]
	some j, i in duplicates.repeated(names)
	at := array.concat(c.at, ["ports", j, "name"])
	other := array.concat(c.at, ["ports", i, "name"])
	message := sprintf("container %s has two ports named %s", [containers.name(c), names[j]])
}

# One port may well be at several ports or addresses of the node.
number(port) := [port.containerPort, object.get(port, "protocol", "TCP"), object.get(port, "hostPort", 0), object.get(port, "hostIP", "")]
