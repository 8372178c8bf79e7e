# METADATA
# title: Ingress for every host
# description: An Ingress without a host, or with a star, takes requests that are meant for others.
# custom:
#   severity: error
#   group: network
#   like:
#     - gatekeeper:block-wildcard-ingress
#     - kyverno:restrict-ingress-wildcard
#   scope: resource
#   target: [Ingress]
package portcullis.rules.wildcard_ingress_host

rules := object.get(input.resource, ["spec", "rules"], [])

findings contains {"at": ["spec", "rules", i, "host"], "message": message} if {
	some i, rule in rules
	host := object.get(rule, "host", "")
	said := faulty(host)
	message := sprintf("ingress %s", [said])
}

# Only what the others leave, so all of it.
findings contains {"at": ["spec", backend], "message": message} if {
	count(rules) == 0
	some backend in ["defaultBackend", "backend"]
	is_object(input.resource.spec[backend])
	message := "ingress takes every host: it has a default backend and no rules"
}

faulty("") := "takes every host: a rule has none"

faulty(host) := sprintf("takes every host of %s", [host]) if contains(host, "*")
