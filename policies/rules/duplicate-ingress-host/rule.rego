# METADATA
# title: Path of a host that two Ingresses claim
# description: Of two Ingresses for the same host and path one gets the requests, and which one is an accident.
# custom:
#   severity: error
#   group: network
#   like:
#     - gatekeeper:uniqueingresshost
#   scope: platform
#   target: [Ingress.networking.k8s.io]
#   joins: [Ingress.networking.k8s.io]
package portcullis.rules.duplicate_ingress_host

findings contains finding if {
	some claim in repeated
	earlier := [other | some other in repeated; other.key == claim.key; other.id < claim.id; meets(claim, other)]
	count(earlier) > 0
	others := [{"resource": other.id, "at": other.at} | some other in array.slice(earlier, 0, 1)]
	place := concat("", [claim.key[1], claim.key[2]])
	message := sprintf("path %s is claimed by Ingress %s, too", [place, called(earlier[0], claim)])
	finding := {"resource": claim.id, "at": claim.at, "others": others, "message": message}
}

# Most paths are claimed once: only those that are not are held against each other.
repeated := [claim | some claim in claims; claim.key in twice]

twice := {key | some i, key in sorted; sorted[i + 1] == key}

sorted := sort([claim.key | some claim in claims])

claims := [{"id": ingress.id, "name": ingress.name, "namespace": ingress.namespace, "at": at, "key": key} |
	some ingress in input.platform.kinds.Ingress
	ingress.group == "networking.k8s.io"
	not is_canary(ingress)
	some i, rule in ingress.resource.spec.rules
	host := lower(object.get(rule, "host", "*"))
	some j, route in rule.http.paths
	kind := object.get(route, "pathType", "")
	key := [class(ingress), host, whole(object.get(route, "path", "/"), kind), kind, ingress.cluster]
	at := ["spec", "rules", i, "http", "paths", j, "path"]
]

meets(claim, other) if {
	claim.namespace == other.namespace
	claim.name != other.name
}

# Without a host, each may have a load balancer of its own.
meets(claim, other) if {
	claim.namespace != other.namespace
	claim.namespace != ""
	other.namespace != ""
	claim.key[1] != "*"
}

called(other, claim) := other.name if other.namespace == claim.namespace

else := sprintf("%s in namespace %s", [other.name, other.namespace])

# A prefix is the same with and without a slash at its end.
whole(path, "Prefix") := concat("", ["/", trim(path, "/")])

whole(path, kind) := path if {
	kind != "Prefix"
	path != ""
}

whole("", kind) := "/" if kind != "Prefix"

class(ingress) := ingress.resource.spec.ingressClassName if ingress.resource.spec.ingressClassName

else := object.get(ingress.resource, ["metadata", "annotations", "kubernetes.io/ingress.class"], "")

# A canary shares the host and path of what it tries.
is_canary(ingress) if ingress.resource.metadata.annotations["nginx.ingress.kubernetes.io/canary"] == "true"
