# METADATA
# title: Mesh that takes plain text
# description: Where mTLS is not strict, whoever reaches a pod may talk to it without being known.
# custom:
#   severity: error
#   group: network
#   scope: resource
#   target: [CiliumClusterwideNetworkPolicy, CiliumNetworkPolicy, DestinationRule, PeerAuthentication]
#   params:
#     rootNamespace: istio-system
package portcullis.rules.plaintext_mesh

import data.portcullis.prelude.cilium.rules as cilium_rules

is_peer if input.resource.kind == "PeerAuthentication"

spec := object.get(input.resource, "spec", {})

findings contains {"at": ["spec", "mtls", "mode"], "message": message} if {
	is_peer
	spec.mtls.mode in {"DISABLE", "PERMISSIVE"}
	message := sprintf("mTLS is %s, not STRICT", [spec.mtls.mode])
}

findings contains {"at": ["spec", "portLevelMtls", port, "mode"], "message": message} if {
	is_peer
	some port, mtls in spec.portLevelMtls
	mtls.mode in {"DISABLE", "PERMISSIVE"}
	message := sprintf("mTLS of port %v is %s, not STRICT", [port, mtls.mode])
}

# What says nothing takes the mode of what is above it, and above the whole mesh there is nothing.
findings contains {"at": ["spec"], "message": "mTLS of the whole mesh is not set, which is PERMISSIVE"} if {
	is_peer
	input.resource.metadata.namespace == input.params.rootNamespace
	not spec.selector
	object.get(spec, ["mtls", "mode"], "UNSET") == "UNSET"
}

findings contains {"at": array.concat(place.at, ["tls", "mode"]), "message": message} if {
	input.resource.kind == "DestinationRule"
	in_mesh(spec.host)
	not is_api_server(spec.host)
	some place in policies
	place.policy.tls.mode == "DISABLE"
	message := sprintf("requests to %s are sent in plain text", [spec.host])
}

# A rule of Cilium's that switches off what others of its kind ask for.
findings contains {"at": array.concat(known.at, ["authentication", "mode"]), "message": message} if {
	some known in cilium_rules
	known.rule.authentication.mode == "disabled"
	message := sprintf("mutual authentication of %s rule %d is disabled", [known.direction, known.number])
}

policies := array.concat(whole, subsets)

whole := levels(["spec", "trafficPolicy"], object.get(spec, "trafficPolicy", {}))

subsets := [level |
	some i, subset in spec.subsets
	some level in levels(["spec", "subsets", i, "trafficPolicy"], object.get(subset, "trafficPolicy", {}))
]

levels(at, policy) := array.concat([{"at": at, "policy": policy}], [{"at": array.concat(at, ["portLevelSettings", i]), "policy": port} |
	some i, port in policy.portLevelSettings
])

# Hosts outside of the mesh have no certificates of it.
in_mesh(host) if not contains(host, ".")

in_mesh(host) if endswith(host, ".local")

in_mesh(host) if contains(host, ".svc")

# A short name with its namespace, where it ends as no public name does.
in_mesh(host) if {
	count(split(host, ".")) == 2
	not regex.match(`\.(app|cloud|co|com|dev|edu|eu|gov|info|io|net|org|uk)$`, host)
}

# It has no sidecar, and speaks TLS of its own.
is_api_server(host) if regex.match(`^kubernetes\.default(\.svc(\..+)?)?$`, host)
