# METADATA
# title: Pods that need not spread over the zones
# description: Without a constraint that binds, all pods of a service may sit in one zone, and go with it.
# custom:
#   severity: error
#   group: availability
#   like:
#     - kube-score:pod-topology-spread-constraints
#     - kyverno:topologyspreadconstraints-policy
#     - polaris:topologySpreadConstraint
#   checklists: [spot]
#   scope: resource
#   target: pod
#   facts: [zones]
package portcullis.rules.missing_zone_spread

import data.portcullis.prelude.pins.all as pins
import data.portcullis.prelude.pods.replicated
import data.portcullis.prelude.spread.constraints
import data.portcullis.prelude.spread.enough
import data.portcullis.prelude.spread.faults
import data.portcullis.prelude.spread.keeps_apart
import data.portcullis.prelude.spread.zonal
import data.portcullis.prelude.zones.key as zone_key

at := array.concat(input.pod.at, ["topologySpreadConstraints"])

findings contains {"at": array.concat(at, [fault.i, fault.field]), "others": others, "message": fault.message} if {
	replicated
	not enough
	not keeps_apart
	some fault in faults
	others := object.get(fault, "others", [])
}

findings contains {"at": array.concat(at, [0, "topologyKey"]), "message": message} if {
	replicated
	not keeps_apart
	count(zonal) == 0
	count(constraints) > 0
	message := sprintf("pods spread over %v, but not over %s", [object.get(constraints[0], "topologyKey", "nothing"), zone_key])
}

findings contains {"at": at, "message": message} if {
	replicated
	not keeps_apart
	count(constraints) == 0
	message := "pods have no topologySpreadConstraints, so they may all be in one zone"
}

findings contains {"at": array.concat(input.pod.at, pin.at), "others": others, "message": pin.message} if {
	replicated
	some pin in pins
	others := object.get(pin, "others", [])
}
