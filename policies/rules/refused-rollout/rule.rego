# METADATA
# title: Rollout strategy that the API server refuses
# description: A strategy that contradicts itself stops the sync.
# custom:
#   severity: error
#   group: validity
#   scope: resource
#   target: [DaemonSet, Deployment, StatefulSet]
package portcullis.rules.refused_rollout

field := object.get({"Deployment": "strategy"}, input.resource.kind, "updateStrategy")

strategy := input.resource.spec[field]

types := object.get({"Deployment": {"Recreate", "RollingUpdate"}}, input.resource.kind, {"OnDelete", "RollingUpdate"})

type := object.get(strategy, "type", "RollingUpdate")

rolling := object.get(strategy, "rollingUpdate", null)

findings contains {"at": ["spec", field, "type"], "message": message} if {
	not type in types
	message := sprintf("%s of a %s is %s, which there is not", [field, input.resource.kind, type])
}

findings contains {"at": ["spec", field, "rollingUpdate"], "other": ["spec", field, "type"], "message": message} if {
	type in {"OnDelete", "Recreate"}
	input.resource.kind != "DaemonSet"
	is_object(rolling)
	message := sprintf("strategy %s goes with no rollingUpdate", [type])
}

# A DaemonSet starts no new pod beside the old one unless it is told to; a Deployment does.
findings contains {"at": ["spec", field, "rollingUpdate", "maxUnavailable"], "other": other, "message": message} if {
	input.resource.kind != "StatefulSet"
	is_none(rolling.maxUnavailable)
	surge := object.get({"DaemonSet": 0}, input.resource.kind, 1)
	is_none(object.get(rolling, "maxSurge", surge))
	other := ["spec", field, "rollingUpdate", "maxSurge"]
	message := "maxUnavailable and maxSurge are both 0, so that no pod may go and none may come"
}

is_none(amount) if amount == 0

is_none(amount) if {
	is_string(amount)
	regex.match(`^0+%$`, amount)
}
