# METADATA
# title: Ingress without TLS
# description: Without TLS, passwords and tokens of a request can be read on the way, and the answer changed.
# custom:
#   severity: error
#   group: network
#   like:
#     - gatekeeper:httpsonly
#     - kyverno:require-ingress-https
#     - polaris:tlsSettingsMissing
#   scope: resource
#   target: [Ingress]
package portcullis.rules.ingress_without_tls

tls := object.get(input.resource, ["spec", "tls"], [])

annotations := object.get(input.resource, ["metadata", "annotations"], {})

findings contains {"at": ["spec", "tls"], "message": message} if {
	count(tls) == 0
	not elsewhere
	message := "ingress has no TLS"
}

findings contains {"at": ["spec", "rules", i, "host"], "others": [{"at": ["spec", "tls"]}], "message": message} if {
	count(tls) > 0
	not elsewhere
	not for_all
	some i, rule in input.resource.spec.rules
	host := rule.host
	host != ""
	fitting := [1 | some name in names; fits(name, host)]
	count(fitting) == 0
	message := sprintf("no TLS is set up for host %s", [host])
}

names := [lower(name) | some entry in tls; some name in entry.hosts]

# Without hosts, the certificate is for whatever the controller serves.
for_all if {
	some entry in tls
	count(object.get(entry, "hosts", [])) == 0
}

fits(name, host) if name == lower(host)

# A star stands for one label.
fits(name, host) if {
	startswith(name, "*.")
	labels := split(lower(host), ".")
	concat(".", array.slice(labels, 1, count(labels))) == substring(name, 2, -1)
}

# Controllers that take certificates by annotation.
elsewhere if annotations["alb.ingress.kubernetes.io/certificate-arn"] != ""

elsewhere if contains(annotations["alb.ingress.kubernetes.io/listen-ports"], "HTTPS")

elsewhere if annotations["networking.gke.io/managed-certificates"] != ""

elsewhere if annotations["ingress.gcp.kubernetes.io/pre-shared-cert"] != ""

elsewhere if annotations["traefik.ingress.kubernetes.io/router.tls"] == "true"
