# METADATA
# title: Ingress to a Service or port that is not there
# description: The ingress answers with an error for a path whose backend does not exist.
# custom:
#   severity: error
#   group: network
#   like:
#     - kube-linter:dangling-ingress
#     - kube-score:ingress-targets-service
#   scope: platform
#   target: [Ingress.networking.k8s.io]
#   joins: [Ingress.networking.k8s.io, Service.core]
package portcullis.rules.dangling_ingress

import data.portcullis.prelude.names
import data.portcullis.prelude.sight
import data.portcullis.prelude.sight.with_services

findings contains {"resource": ingress.id, "at": backend.at, "message": message} if {
	some ingress in ingresses
	some backend in backends(ingress)
	count(backend.ids) == 0
	sight.would_show(ingress, with_services)
	not names.may_be(ingress, {"group": "", "kind": "Service", "name": backend.name})
	message := sprintf("backend Service %s is not in namespace %s", [backend.name, ingress.namespace])
}

# An Ingress reaches Services of its own namespace alone, and here is the one that is meant.
findings contains {"resource": ingress.id, "at": backend.at, "others": others, "message": message} if {
	some ingress in ingresses
	some backend in backends(ingress)
	count(backend.ids) == 0
	not sight.would_show(ingress, with_services)
	not sight.is_operated(ingress)
	not names.may_be(ingress, {"group": "", "kind": "Service", "name": backend.name})
	meant := [service | some service in input.platform.kinds.Service; service.name == backend.name; is_apart(service, ingress)]
	count(meant) > 0
	others := [{"resource": meant[0].id, "at": ["metadata", "name"]}]
	message := sprintf("backend Service %s is in namespace %s, not in %s, which is that of the Ingress", [backend.name, meant[0].namespace, ingress.namespace])
}

is_apart(service, ingress) if {
	service.group == ""
	service.application == ingress.application
	service.cluster == ingress.cluster
	service.namespace != ""
	ingress.namespace != ""
}

findings contains {"resource": ingress.id, "at": at, "others": others, "message": message} if {
	some ingress in ingresses
	some backend in backends(ingress)
	count(backend.ids) > 0
	having := [id | some id in backend.ids; has_port(input.platform.resources[id].resource.spec, backend.port)]
	count(having) == 0
	some field, value in backend.port
	at := array.concat(array.slice(backend.at, 0, count(backend.at) - 1), ["port", field])
	others := [{"resource": id, "at": ["spec", "ports"]} | some id in backend.ids]
	message := sprintf("backend Service %s has no port %v", [backend.name, value])
}

ingresses := [ingress |
	some ingress in input.platform.kinds.Ingress
	ingress.group == "networking.k8s.io"
]

# The load balancer controller of AWS takes an action from an annotation in place of a Service.
backends(ingress) := [{"at": named.at, "name": named.name, "ids": named.ids, "port": port} |
	some named in ingress.references
	named.kind == "Service"
	service := array.slice(named.at, 0, count(named.at) - 1)
	port := object.get(ingress.resource, array.concat(service, ["port"]), {})
	object.get(port, "name", "") != "use-annotation"
]

has_port(_, asked) if count(asked) == 0

has_port(service, asked) if {
	some port in service.ports
	port.port == asked.number
}

has_port(service, asked) if {
	some port in service.ports
	port.name == asked.name
}

# Where the name of another host is all that there is.
has_port(service, _) if {
	service.type == "ExternalName"
	count(object.get(service, "ports", [])) == 0
}
