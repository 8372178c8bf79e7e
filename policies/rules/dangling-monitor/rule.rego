# METADATA
# title: Monitor that collects nothing
# description: A monitor without targets raises no error and no alarm; the metrics are just not there.
# custom:
#   severity: error
#   group: platform
#   like:
#     - kube-linter:dangling-servicemonitor
#   scope: platform
#   target: [PodMonitor, ServiceMonitor]
#   joins: [PodMonitor, Service.core, ServiceMonitor]
package portcullis.rules.dangling_monitor

import data.portcullis.prelude.monitors
import data.portcullis.prelude.selectors
import data.portcullis.prelude.sight
import data.portcullis.prelude.sight.with_pods
import data.portcullis.prelude.sight.with_services

kinds := {
	"PodMonitor": {"what": "pods", "shown": with_pods},
	"ServiceMonitor": {"what": "Services", "shown": with_services},
}

findings contains finding if {
	some monitor in dangling
	asked := selectors.match_labels(monitor.resource.spec.selector)
	near := sight.nearest_of(candidates(monitor), asked)
	target := input.platform.resources[near.id]
	message := sprintf("%s selects no %s: label %s is not that of %s %s", [monitor.kind, kinds[monitor.kind].what, near.key, target.kind, target.name])
	at := ["spec", "selector", "matchLabels", near.key]
	finding := {"resource": monitor.id, "at": at, "others": [{"resource": near.id, "at": ["metadata", "labels", near.key]}], "message": message}
}

findings contains {"resource": monitor.id, "at": ["spec", "selector"], "message": message} if {
	some monitor in dangling
	asked := selectors.match_labels(monitor.resource.spec.selector)
	candidates_here := candidates(monitor)
	not sight.nearest_of(candidates_here, asked)
	message := sprintf("%s selects no %s in sight", [monitor.kind, kinds[monitor.kind].what])
}

# A monitor without a namespaceSelector looks into its own namespace alone, and here is the Service that is meant.
findings contains {"resource": monitor.id, "at": ["spec", "selector"], "others": others, "message": message} if {
	some monitor in input.platform.kinds.ServiceMonitor
	count(monitor.selects) == 0
	monitor.namespace != ""
	not sight.would_show(monitor, with_services)
	not sight.is_operated(monitor)
	count(selectors.match_expressions(monitor.resource.spec.selector)) == 0
	asked := selectors.match_labels(monitor.resource.spec.selector)
	count(asked) > 0
	meant := [service | some service in input.platform.kinds.Service; is_apart(service, monitor); has_all(service, asked)]
	count(meant) > 0
	others := [{"resource": meant[0].id, "at": ["metadata", "name"]}]
	words := [meant[0].name, meant[0].namespace]
	message := sprintf("ServiceMonitor has no namespaceSelector, and Service %s, which has its labels, is in namespace %s", words)
}

is_apart(service, monitor) if {
	service.group == ""
	service.application == monitor.application
	service.cluster == monitor.cluster
	not service.namespace in {"", monitor.namespace}
}

has_all(service, asked) if {
	lacking := sight.unmet(asked, object.get(service.resource, ["metadata", "labels"], {}))
	count(lacking) == 0
}

candidates(monitor) := sight.pods_beside(monitor) if monitor.kind == "PodMonitor"

else := sight.services_beside(monitor)

dangling := [monitor |
	some kind, known in kinds
	some monitor in input.platform.kinds[kind]
	count(monitor.selects) == 0
	is_object(monitor.resource.spec.selector)
	sight.would_show(monitor, known.shown)
]

findings contains {"resource": monitor.id, "at": endpoint.at, "others": others, "message": message} if {
	some kind, known in kinds
	some monitor in input.platform.kinds[kind]
	count(monitor.selects) > 0
	some endpoint in monitors.endpoints(monitor)
	having := [id | some id in monitor.selects; endpoint.port in monitors.ports(input.platform.resources[id])]
	count(having) == 0
	others := [{"resource": id, "at": ["metadata", "name"]} | some id in monitor.selects]
	names := concat(", ", [input.platform.resources[id].name | some id in monitor.selects])
	message := sprintf("none of the %s that it selects (%s) has a port %s", [known.what, names, endpoint.port])
}
