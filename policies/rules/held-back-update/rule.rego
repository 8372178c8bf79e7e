# METADATA
# title: Update that reaches no pod
# description: A partition above all pods keeps every one of them as it is.
# custom:
#   severity: warning
#   group: availability
#   scope: resource
#   target: [StatefulSet]
package portcullis.rules.held_back_update

findings contains {"at": ["spec", "updateStrategy", "rollingUpdate", "partition"], "other": ["spec", "replicas"], "message": message} if {
	partition := input.resource.spec.updateStrategy.rollingUpdate.partition
	replicas := object.get(input.resource.spec, "replicas", 1)
	partition > 0
	partition >= replicas
	message := sprintf("partition %v of %v pods holds every update back", [partition, replicas])
}
