# METADATA
# title: Container without probes
# description: Traffic goes to pods that are not ready, and a pod that hangs stays.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV_K8S_8
#     - checkov:CKV_K8S_9
#     - gatekeeper:requiredprobes
#     - kube-linter:no-liveness-probe
#     - kube-linter:no-readiness-probe
#     - kyverno:require-probes
#     - polaris:livenessProbeMissing
#     - polaris:readinessProbeMissing
#   scope: resource
#   target: pod
package portcullis.rules.missing_probes

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.long_running
import data.portcullis.prelude.probes

findings contains {"at": array.concat(c.at, [field]), "message": message} if {
	some [c, field, purpose] in wanted
	not is_object(object.get(c.container, field, null))
	message := sprintf("container %s has no %s probe", [containers.name(c), purpose])
}

# What the API server refuses is no probe.
findings contains {"at": at, "others": others, "message": message} if {
	some [c, field, purpose] in wanted
	probe := object.get(c.container, field, null)
	is_object(probe)
	some refusal in probes.refusals(probe)
	at := array.concat(c.at, array.concat([field], refusal.at))
	others := [{"at": array.concat(c.at, [field, kind])} | some kind in array.slice(probes.named(probe), 1, 4)]
	message := sprintf("container %s has no %s probe that the API server takes: %s", [containers.name(c), purpose, refusal.reason])
}

wanted := [[c, field, purpose] |
	long_running
	some c in input.pod.containers
	some field, purpose in {"livenessProbe": "liveness", "readinessProbe": "readiness"}
	needed(field, c)
]

# A main container can hang without any requests; whoever has ports, or a Service in front, gets some.
needed("livenessProbe", c) if c.role == "main"

needed(_, c) if {
	containers.stays(c)
	containers.has_ports(c)
}

needed(_, c) if {
	containers.stays(c)
	c.targeted
}
