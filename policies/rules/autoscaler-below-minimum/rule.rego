# METADATA
# title: Autoscaler that goes down to too few pods
# description: At night, when nobody looks, one pod is left, and it goes with its node.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - gatekeeper:horizontalpodautoscaler
#     - kube-linter:hpa-minimum-three-replicas
#     - kube-score:horizontalpodautoscaler-replicas
#     - polaris:hpaMinAvailability
#   scope: resource
#   target: [HorizontalPodAutoscaler]
#   params:
#     minimum: 2
package portcullis.rules.autoscaler_below_minimum

findings contains {"at": ["spec", "minReplicas"], "message": message} if {
	fewest := object.get(input.resource, ["spec", "minReplicas"], 1)
	fewest < input.params.minimum
	name := object.get(input.resource.metadata, "name", "without a name")
	message := sprintf("autoscaler %s goes down to %v, below the minimum of %v", [name, fewest, input.params.minimum])
}
