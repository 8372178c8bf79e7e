# METADATA
# title: Namespace of the mesh without strict mTLS
# description: Where nobody sets mTLS, sidecars take plain text from whoever reaches them.
# custom:
#   severity: warning
#   group: network
#   scope: platform
#   target: [Namespace]
#   joins: [Namespace, PeerAuthentication]
#   params:
#     rootNamespace: istio-system
package portcullis.rules.namespace_without_strict_mtls

findings contains {"resource": namespace.id, "at": ["metadata", "name"], "lacks": "PeerAuthentication", "message": message} if {
	some namespace in input.platform.kinds.Namespace
	is_in_mesh(object.get(namespace.resource, ["metadata", "labels"], {}))
	is_shown(namespace.cluster)
	set := {policy.namespace | some policy in setting; policy.cluster == namespace.cluster}
	not namespace.name in set
	not input.params.rootNamespace in set
	message := sprintf("no PeerAuthentication sets mTLS of namespace %s or of the whole mesh, which is PERMISSIVE then", [namespace.name])
}

is_in_mesh(labels) if labels["istio-injection"] == "enabled"

is_in_mesh(labels) if labels["istio.io/dataplane-mode"] == "ambient"

is_in_mesh(labels) if {
	labels["istio.io/rev"]
	not labels["istio-injection"] == "disabled"
}

# Those of whole namespaces; whether one of them is too weak says another rule.
wide := [policy |
	some policy in input.platform.kinds.PeerAuthentication
	policy.group == "security.istio.io"
	count(object.get(policy.resource, ["spec", "selector"], {})) == 0
]

setting := [policy | some policy in wide; object.get(policy.resource, ["spec", "mtls", "mode"], "UNSET") != "UNSET"]

# Where neither the mesh itself nor what sets another namespace is in sight, somebody else keeps it.
is_shown(cluster) if {
	some policy in wide
	policy.cluster == cluster
}

is_shown(cluster) if {
	some id in input.platform.namespaces[input.params.rootNamespace]
	root := input.platform.resources[id]
	root.pod
	root.cluster == cluster
}
