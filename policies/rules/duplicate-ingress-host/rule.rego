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
	some ids in input.platform.namespaces
	claims := claims_of(ids)
	count(claims) > count({claim.key | some claim in claims})
	some claim in claims
	earlier := [other | some other in claims; other.key == claim.key; other.id < claim.id; other.name != claim.name]
	count(earlier) > 0
	others := [{"resource": other.id, "at": other.at} | some other in array.slice(earlier, 0, 1)]
	place := concat("", [claim.key[1], claim.key[2]])
	message := sprintf("path %s is claimed by Ingress %s, too", [place, earlier[0].name])
	finding := {"resource": claim.id, "at": claim.at, "others": others, "message": message}
}

claims_of(ids) := [{"id": ingress.id, "name": ingress.name, "at": at, "key": key} |
	some id in ids
	ingress := input.platform.resources[id]
	ingress.kind == "Ingress"
	ingress.group == "networking.k8s.io"
	not is_canary(ingress)
	some i, rule in ingress.resource.spec.rules
	host := lower(object.get(rule, "host", "*"))
	some j, route in rule.http.paths
	key := [class(ingress), host, rooted(object.get(route, "path", "/")), object.get(route, "pathType", "")]
	at := ["spec", "rules", i, "http", "paths", j, "path"]
]

class(ingress) := ingress.resource.spec.ingressClassName if ingress.resource.spec.ingressClassName

else := object.get(ingress.resource, ["metadata", "annotations", "kubernetes.io/ingress.class"], "")

# A canary shares the host and path of what it tries.
is_canary(ingress) if ingress.resource.metadata.annotations["nginx.ingress.kubernetes.io/canary"] == "true"

rooted("") := "/"

rooted(path) := path if path != ""
