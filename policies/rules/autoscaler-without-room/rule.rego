# METADATA
# title: Autoscaler that cannot scale
# description: An autoscaler whose most is its fewest does nothing when the load comes.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - gatekeeper:horizontalpodautoscaler
#     - polaris:hpaMaxAvailability
#   scope: resource
#   target: [HorizontalPodAutoscaler.autoscaling, ScaledObject.keda.sh]
package portcullis.rules.autoscaler_without_room

spec := object.get(input.resource, "spec", {})

fields := {
	"HorizontalPodAutoscaler": {"min": "minReplicas", "max": "maxReplicas", "fewest": 1, "most": 0},
	"ScaledObject": {"min": "minReplicaCount", "max": "maxReplicaCount", "fewest": 0, "most": 100},
}[input.resource.kind]

# KEDA may go below its minimum while there is nothing to do.
fewest := min([object.get(spec, fields.min, fields.fewest), object.get(spec, "idleReplicaCount", 2147483647)])

most := object.get(spec, fields.max, fields.most)

findings contains {"at": ["spec", fields.max], "other": ["spec", fields.min], "message": message} if {
	most <= fewest
	most > 0
	message := sprintf("autoscaler %s has from %v up to %v pods, so that it never scales", [input.resource.metadata.name, fewest, most])
}

findings contains {"at": ["spec", fields.max], "message": message} if {
	most <= 0
	message := sprintf("autoscaler %s has no %s, without which the API server refuses it", [input.resource.metadata.name, fields.max])
}
