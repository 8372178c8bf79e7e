# METADATA
# title: Liveness probe that is the readiness probe
# description: A pod that is only busy is killed in the very moment in which it should only get no more requests.
# custom:
#   severity: error
#   group: availability
#   like:
#     - kube-score:pod-probes
#     - kube-score:pod-probes-identical
#     - kyverno:ensure-probes-different
#   scope: resource
#   target: pod
#   params:
#     patience: 3
package portcullis.rules.identical_probes

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.long_running
import data.portcullis.prelude.probes

findings contains {"at": at, "others": others, "message": message} if {
	long_running
	some c in input.pod.containers
	liveness := c.container.livenessProbe
	readiness := c.container.readinessProbe

	# The same in any way of saying it only where the paths are, but for their first slash.
	paths := [trim_left(object.get(probe, ["httpGet", "path"], ""), "/") | some probe in [liveness, readiness]]
	paths[0] == paths[1]
	count(probes.named(liveness)) == 1
	count(probes.named(readiness)) == 1
	probes.question(liveness, c.container) == probes.question(readiness, c.container)
	probes.patience(liveness) < input.params.patience * probes.patience(readiness)
	at := array.concat(c.at, array.concat(["livenessProbe", probes.handler(liveness)], subject(liveness)))
	others := array.concat(asked(c), timed(c))
	times := [containers.name(c), probes.patience(liveness), probes.patience(readiness)]
	message := sprintf("liveness probe of container %s asks the same as its readiness probe, and kills after %v s where that waits %v s", times)
}

# What both ask for stands in the fields of their handlers.
asked(c) := [{"at": array.concat(c.at, [probe, kind, field])} |
	some probe in ["livenessProbe", "readinessProbe"]
	some kind in probes.named(c.container[probe])
	some field, _ in c.container[probe][kind]
]

timed(c) := [{"at": array.concat(c.at, [probe, field])} |
	some probe in ["livenessProbe", "readinessProbe"]
	some field in ["failureThreshold", "periodSeconds"]
]

subject(probe) := ["path"] if probe.httpGet.path

else := ["port"] if probe[probes.handler(probe)].port

else := []
