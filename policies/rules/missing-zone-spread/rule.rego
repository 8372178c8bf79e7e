# METADATA
# title: Pods that need not spread over the zones
# description: Without a constraint that binds, all pods of a service may sit in one zone, and go with it.
# custom:
#   severity: error
#   scope: resource
#   target: pod
#   facts: [zones]
package portcullis.rules.missing_zone_spread

import data.portcullis.prelude.pins
import data.portcullis.prelude.pods
import data.portcullis.prelude.spread
import data.portcullis.prelude.zones

at := array.concat(input.pod.at, ["topologySpreadConstraints"])

findings contains {"at": array.concat(at, [fault.i, fault.field]), "others": others, "message": fault.message} if {
	pods.replicated
	not spread.enough
	some fault in spread.faults
	others := object.get(fault, "others", [])
}

findings contains {"at": array.concat(at, [0, "topologyKey"]), "message": message} if {
	pods.replicated
	count(spread.zonal) == 0
	count(spread.constraints) > 0
	message := sprintf("pods spread over %v, but not over %s", [object.get(spread.constraints[0], "topologyKey", "nothing"), zones.key])
}

findings contains {"at": at, "message": message} if {
	pods.replicated
	count(spread.constraints) == 0
	message := "pods have no topologySpreadConstraints, so they may all be in one zone"
}

findings contains {"at": array.concat(input.pod.at, pin.at), "others": others, "message": pin.message} if {
	pods.replicated
	some pin in pins.all
	others := object.get(pin, "others", [])
}
