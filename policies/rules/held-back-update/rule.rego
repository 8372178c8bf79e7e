# METADATA
# title: Update that reaches no pod
# description: A partition above all pods keeps every one of them as it is.
# custom:
#   severity: warning
#   group: availability
#   scope: platform
#   target: [StatefulSet]
package portcullis.rules.held_back_update

findings contains finding if {
	some workload in input.platform.kinds.StatefulSet
	partition := workload.resource.spec.updateStrategy.rollingUpdate.partition
	replicas := object.get(workload.resource.spec, "replicas", 1)
	partition > 0
	partition >= replicas
	message := sprintf("partition %v of %v pods holds every update back", [partition, replicas])
	at := ["spec", "updateStrategy", "rollingUpdate", "partition"]
	finding := {"resource": workload.id, "at": at, "other": ["spec", "replicas"], "message": message}
}
