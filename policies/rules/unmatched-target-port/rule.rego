# METADATA
# title: Target port that no container declares
# description: A Service resolves the name of a target port by the ports of the containers, and leaves out pods that have none of that name.
# custom:
#   severity: error
#   group: network
#   like:
#     - kube-linter:invalid-target-ports
#   scope: platform
#   target: [Service.core]
#   joins: [Service.core]
#   params:
#     injected: [http-envoy-prom, linkerd-admin, linkerd-proxy, status-port]
package portcullis.rules.unmatched_target_port

findings contains finding if {
	some service in input.platform.kinds.Service
	count(service.selects) > 0
	object.get(service.resource.spec, "clusterIP", "") != "None"
	some i, port in service.resource.spec.ports
	is_string(port.targetPort)
	port.targetPort != ""
	not port.targetPort in input.params.injected
	protocol := object.get(port, "protocol", "TCP")
	declaring := [id | some id in service.selects; declares(input.platform.resources[id].pod, port.targetPort, protocol)]
	count(declaring) == 0
	others := [{"resource": id, "at": array.concat(c.at, ["ports", j, "name"])} |
		some id in service.selects
		some c in input.platform.resources[id].pod.containers
		some j, _ in c.container.ports
	]
	message := sprintf("no container of %s has a port %s of %v", [selected(service), port.targetPort, protocol])
	finding := {"resource": service.id, "at": ["spec", "ports", i, "targetPort"], "others": others, "message": message}
}

# Of init containers those have ports that go on running.
declares(pod, name, protocol) if {
	some c in pod.containers
	c.role in {"main", "sidecar"}
	some port in c.container.ports
	port.name == name
	object.get(port, "protocol", "TCP") == protocol
}

selected(service) := concat(", ", [sprintf("%s %s", [workload.kind, workload.name]) |
	some id in service.selects
	workload := input.platform.resources[id]
])
