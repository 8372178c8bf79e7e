# METADATA
# title: Service that selects no pods
# description: Requests to a Service without pods are refused, and nothing says why.
# custom:
#   severity: error
#   group: network
#   like:
#     - kube-linter:dangling-service
#     - kube-score:service-targets-pod
#   scope: platform
#   target: [Service.core]
#   joins: [Service.core]
package portcullis.rules.dangling_service

import data.portcullis.prelude.sight
import data.portcullis.prelude.sight.carriers
import data.portcullis.prelude.sight.with_pods

# The label that the closest pods lack is where to look.
findings contains finding if {
	some service in dangling
	asked := service.resource.spec.selector
	near := sight.nearest(service, asked)
	workload := input.platform.resources[near.id]
	others := [{"resource": near.id, "at": array.concat(workload.pod.metadata_at, ["labels", near.key])}]
	message := sprintf("Service selects no pods: %s", [sight.has_instead(workload, near.key, asked[near.key])])
	finding := {"resource": service.id, "at": ["spec", "selector", near.key], "others": others, "message": message}
}

findings contains {"resource": service.id, "at": ["spec", "selector"], "message": "Service selects no pods in sight"} if {
	some service in dangling
	not sight.nearest(service, service.resource.spec.selector)
}

# All that is wrong is the namespace, of the pods or of the Service.
findings contains {"resource": service.id, "at": ["spec", "selector"], "others": others, "message": message} if {
	some service in selecting_none
	not sight.would_show(service, with_pods)
	not sight.is_operated(service)
	away := elsewhere(service)
	count(away) > 0
	workload := input.platform.resources[away[0]]
	others := [{"resource": id, "at": ["metadata", "namespace"]} | some id in away]
	message := sprintf("Service selects no pods: %s %s is in namespace %s", [workload.kind, workload.name, workload.namespace])
}

# What the same application has in other namespaces with all labels that a Service asks for.
elsewhere(service) := [workload.id |
	service.namespace != ""
	some workload in carriers
	workload.application == service.application
	not workload.namespace in {"", service.namespace}
	lacking := sight.unmet(service.resource.spec.selector, workload.pod.labels)
	count(lacking) == 0
]

selecting_none := [service |
	some service in input.platform.kinds.Service
	service.group == ""
	count(service.selects) == 0
]

dangling := [service |
	some service in selecting_none
	sight.would_show(service, with_pods)
	not sight.may_select(service, service.resource.spec.selector)
]
