# METADATA
# title: Autoscaler of nothing
# description: An autoscaler whose workload is not there scales nothing.
# custom:
#   severity: error
#   group: availability
#   like:
#     - gatekeeper:horizontalpodautoscaler
#     - kube-linter:dangling-horizontalpodautoscaler
#     - kube-score:horizontalpodautoscaler-has-target
#     - kyverno:check-hpa-exists
#   scope: platform
#   target: [HorizontalPodAutoscaler, ScaledObject]
package portcullis.rules.dangling_autoscaler

findings contains {"resource": scaler.id, "at": wanted.at, "message": message} if {
	some kind in ["HorizontalPodAutoscaler", "ScaledObject"]
	some scaler in input.platform.kinds[kind]
	some wanted in scaler.references
	array.slice(wanted.at, 0, 2) == ["spec", "scaleTargetRef"]

	# What else can be scaled is made by operators.
	wanted.kind in {"Deployment", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"}
	count(wanted.ids) == 0
	message := sprintf("%s %s scales %s %s, which is not there", [kind, scaler.name, wanted.kind, wanted.name])
}
