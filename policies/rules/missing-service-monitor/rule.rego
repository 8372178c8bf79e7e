# METADATA
# title: Metrics that nobody collects
# description: A service whose metrics nobody collects has no alarm when it fails.
# custom:
#   severity: warning
#   group: platform
#   "off": It is for platforms whose metrics are collected by ServiceMonitors; agents that read annotations or logs need none.
#   scope: platform
#   target: [Service.core]
#   joins: [PodMonitor, Service.core, ServiceMonitor]
#   params:
#     ports: [http-metrics, management, metrics, monitoring, prom, prometheus, tcp-metrics]
package portcullis.rules.missing_service_monitor

import data.portcullis.prelude.monitors

findings contains {"resource": service.id, "at": ["spec", "ports", i, "name"], "lacks": "ServiceMonitor", "message": message} if {
	some service in input.platform.kinds.Service
	count(service.selects) > 0
	count(object.get(service, "monitors", [])) == 0
	some i, port in service.resource.spec.ports
	port.name in input.params.ports
	watched := [id | some id in service.selects; count(input.platform.resources[id].monitors) > 0]
	count(watched) == 0
	not monitors.from_afar(service)
	message := sprintf("no ServiceMonitor selects the Service, so nobody collects from its port %s", [port.name])
}
