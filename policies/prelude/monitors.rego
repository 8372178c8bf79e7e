# What ServiceMonitors and PodMonitors look at.
package portcullis.prelude.monitors

import data.portcullis.prelude.selectors

# Those that look into other namespaces, and see a Service there.
from_afar(service) if {
	some monitor in input.platform.kinds.ServiceMonitor
	not monitor.selects
	looks_into(monitor.resource.spec.namespaceSelector, service.namespace)
	selectors.matches(monitor.resource.spec.selector, object.get(service.resource, ["metadata", "labels"], {}))
}

looks_into(namespaces, _) if namespaces.any

looks_into(namespaces, namespace) if namespace in namespaces.matchNames

# What a monitor asks for its metrics, with the places of the names of ports.
endpoints(monitor) := [{"at": ["spec", list, i, "port"], "port": endpoint.port} |
	some list in ["endpoints", "podMetricsEndpoints"]
	some i, endpoint in monitor.resource.spec[list]
	endpoint.port
]

# The names of the ports of a Service, or of the containers of a workload that run on.
ports(resource) := {port.name | some port in resource.resource.spec.ports} if resource.kind == "Service"

ports(resource) := {port.name |
	some c in resource.pod.containers
	c.role in {"main", "sidecar"}
	some port in c.container.ports
} if {
	resource.pod
}
