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
	count(claims) > count({claim.key | some claim in claims})
	some claim in claims
	first := earlier(claim)[0]
	others := [{"resource": first.id, "at": first.at}]
	place := concat("", [claim.key[2], claim.key[3]])
	message := sprintf("path %s is claimed by Ingress %s, too", [place, first.name])
	finding := {"resource": claim.id, "at": claim.at, "others": others, "message": message}
}

claims := [{"id": ingress.id, "name": ingress.name, "at": at, "key": key} |
	some ingress in input.platform.kinds.Ingress
	ingress.group == "networking.k8s.io"
	not is_canary(ingress)
	some i, rule in ingress.resource.spec.rules
	host := lower(object.get(rule, "host", "*"))
	some j, route in rule.http.paths
	key := [ingress.namespace, class(ingress), host, rooted(object.get(route, "path", "/")), object.get(route, "pathType", "")]
	at := ["spec", "rules", i, "http", "paths", j, "path"]
]

# Those of other Ingresses that come before it.
earlier(claim) := [other |
	some other in claims
	other.key == claim.key
	other.id < claim.id
	other.name != claim.name
]

class(ingress) := ingress.resource.spec.ingressClassName if ingress.resource.spec.ingressClassName

else := object.get(ingress.resource, ["metadata", "annotations", "kubernetes.io/ingress.class"], "")

# A canary shares the host and path of what it tries.
is_canary(ingress) if ingress.resource.metadata.annotations["nginx.ingress.kubernetes.io/canary"] == "true"

rooted("") := "/"

rooted(path) := path if path != ""
