# METADATA
# title: Pods that need not spread over the zones
# description: Without a constraint that binds, all pods of a service may sit in one zone, and go with it.
# custom:
#   severity: error
#   scope: resource
#   target: pod
package portcullis.rules.missing_zone_spread

import data.portcullis.prelude.pods
import data.portcullis.prelude.selectors
import data.portcullis.prelude.zones

at := array.concat(input.pod.at, ["topologySpreadConstraints"])

constraints := object.get(input.pod.spec, "topologySpreadConstraints", [])

zonal := [i | some i, constraint in constraints; constraint.topologyKey == zones.key]

broken := {fault.i | some fault in faults}

spread if {
	some i in zonal
	not i in broken
}

faults contains {"i": i, "field": "maxSkew", "message": message} if {
	some i in zonal
	skew := object.get(constraints[i], "maxSkew", "any number of")
	skew != 1
	message := sprintf("zone spread allows a skew of %v pods, not 1", [skew])
}

faults contains {"i": i, "field": "whenUnsatisfiable", "message": message} if {
	some i in zonal
	wish := object.get(constraints[i], "whenUnsatisfiable", "not set")
	wish != "DoNotSchedule"
	message := sprintf("zone spread is only a wish: whenUnsatisfiable is %v, not DoNotSchedule", [wish])
}

faults contains {"i": i, "field": "labelSelector", "message": message} if {
	some i in zonal
	selector := object.get(constraints[i], "labelSelector", null)
	not selectors.matches(selector, input.pod.labels)
	message := "zone spread does not count these pods: its selector does not match their labels"
}

faults contains {"i": i, "field": "labelSelector", "message": message} if {
	some i in zonal
	selectors.is_empty(constraints[i].labelSelector)
	message := "zone spread counts every pod of the namespace: its selector is empty"
}

findings contains {"at": array.concat(at, [fault.i, fault.field]), "message": fault.message} if {
	pods.replicated
	not spread
	some fault in faults
}

findings contains {"at": array.concat(at, [0, "topologyKey"]), "message": message} if {
	pods.replicated
	count(zonal) == 0
	count(constraints) > 0
	message := sprintf("pods spread over %v, but not over %s", [object.get(constraints[0], "topologyKey", "nothing"), zones.key])
}

findings contains {"at": at, "message": message} if {
	pods.replicated
	count(constraints) == 0
	message := "pods have no topologySpreadConstraints, so they may all be in one zone"
}

findings contains {"at": array.concat(input.pod.at, ["nodeSelector", zones.key]), "message": message} if {
	pods.replicated
	zone := input.pod.spec.nodeSelector[zones.key]
	message := sprintf("nodeSelector pins all pods to zone %s", [zone])
}
