package missing_zone_spread

import data.lib.pods

violation contains {"msg": message} if {
	pods.replicated
	not spread
	message := sprintf("pods of %s need not spread over the zones", [pods.object.metadata.name])
}

spread if {
	some constraint in pods.template.spec.topologySpreadConstraints
	constraint.topologyKey == "topology.kubernetes.io/zone"
	constraint.whenUnsatisfiable == "DoNotSchedule"
	constraint.maxSkew == 1
	count(unmet(constraint)) == 0
}

unmet(constraint) := {key |
	some key, value in constraint.labelSelector.matchLabels
	object.get(pods.template.metadata.labels, key, "") != value
}
