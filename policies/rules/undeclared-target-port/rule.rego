# METADATA
# title: Target port beside those that containers declare
# description: A Service that sends requests to a port which nobody declares mostly sends them to a port at which nobody listens.
# custom:
#   severity: warning
#   group: network
#   scope: platform
#   target: [Service.core]
#   joins: [Service.core]
package portcullis.rules.undeclared_target_port

findings contains finding if {
	some service in input.platform.kinds.Service
	count(service.selects) > 0
	object.get(service.resource.spec, "clusterIP", "") != "None"
	some i, port in service.resource.spec.ports
	field := target(port)
	number := port[field]
	is_number(number)
	declared := [known | some id in service.selects; some known in ports(id)]
	count(declared) > 0

	# A container that declares nothing may listen anywhere.
	silent := [c.at |
		some id in service.selects
		some c in input.platform.resources[id].pod.containers
		c.role in {"main", "sidecar"}
		count(object.get(c.container, "ports", [])) == 0
	]
	count(silent) == 0
	not number in {known.number | some known in declared}
	others := [{"resource": known.id, "at": known.at} | some known in declared]
	numbers := {known.number | some known in declared}
	message := sprintf("port %v is none of those that the pods declare: %s", [number, concat(", ", [sprintf("%v", [one]) | some one in sort(numbers)])])
	finding := {"resource": service.id, "at": ["spec", "ports", i, field], "others": others, "message": message}
}

# Without a word it is the port of the Service itself.
target(port) := "targetPort" if object.get(port, "targetPort", 0) != 0

else := "port"

# Of init containers those have ports that go on running.
ports(id) := [{"id": id, "number": port.containerPort, "at": array.concat(c.at, ["ports", j, "containerPort"])} |
	some c in input.platform.resources[id].pod.containers
	c.role in {"main", "sidecar"}
	some j, port in c.container.ports
]
