# METADATA
# title: Zone spread that counts the pods of another workload
# description: A balance of several services together lets all pods of one of them sit in one zone.
# custom:
#   severity: error
#   group: availability
#   scope: platform
#   target: pod
package portcullis.rules.shared_zone_spread

import data.portcullis.prelude.workloads.all as workloads
import data.portcullis.prelude.zones.key as zone_key

findings contains {"resource": workload.id, "at": at, "message": message} if {
	some workload in workloads
	some i, constraint in workload.pod.spec.topologySpreadConstraints
	constraint.topologyKey == zone_key
	constraint.whenUnsatisfiable == "DoNotSchedule"
	others := sort([name |
		some count in workload.counts
		count.constraint == i
		other := input.platform.resources[count.other]
		name := sprintf("%s %s", [other.kind, other.name])
	])
	count(others) > 0
	at := array.concat(workload.pod.at, ["topologySpreadConstraints", i, "labelSelector"])
	message := sprintf("zone spread of %s %s also counts the pods of %s", [workload.kind, workload.name, some_of(others)])
}

# The first few, and how many more.
some_of(names) := concat(", ", names) if count(names) < 4

some_of(names) := sprintf("%s and %d more", [concat(", ", array.slice(names, 0, 3)), count(names) - 3]) if count(names) >= 4
