# METADATA
# title: Rollout that stops all pods at once
# description: While the new pods start nobody serves, and if they don't start nobody will.
# custom:
#   severity: error
#   group: availability
#   like:
#     - kube-linter:no-rolling-update-strategy
#     - kube-score:deployment-strategy
#   scope: platform
#   target: [Deployment]
package portcullis.rules.all_at_once_rollout

import data.portcullis.prelude.containers

findings contains {"resource": workload.id, "at": ["spec", "strategy", "type"], "message": message} if {
	some workload in serving
	workload.resource.spec.strategy.type == "Recreate"
	runs_several(workload)
	message := "strategy Recreate stops all pods before the first new one starts"
}

findings contains finding if {
	some workload in serving
	amount := workload.resource.spec.strategy.rollingUpdate.maxUnavailable
	is_everything(amount, workload)
	several(workload)
	message := sprintf("maxUnavailable %v lets all pods stop before the first new one is ready", [amount])
	at := ["spec", "strategy", "rollingUpdate", "maxUnavailable"]
	finding := {"resource": workload.id, "at": at, "others": [{"at": ["spec", "replicas"]}], "message": message}
}

is_everything(amount, workload) if {
	is_number(amount)
	amount > 0
	amount >= workload.resource.spec.replicas
}

is_everything(amount, _) if {
	is_string(amount)
	regex.match(`^0*[1-9][0-9]{2,}%$`, amount)
}

# Without a number there is one pod, unless an autoscaler has its say.
runs_several(workload) if workload.resource.spec.replicas > 1

runs_several(workload) if {
	count(workload.scalers) > 0
	several(workload)
}

# One pod alone is gone for a moment in any way, and with a disk of its own it has to be. Without a number an autoscaler may have its say.
several(workload) if workload.resource.spec.replicas > 1

several(workload) if {
	object.get(workload.resource.spec, "replicas", null) == null
	claims := [volume | some volume in workload.pod.spec.volumes; volume.persistentVolumeClaim]
	count(claims) == 0
}

serving := [workload |
	some workload in input.platform.kinds.Deployment
	containers_that_serve := [c | some c in workload.pod.containers; containers.serves(c)]
	count(containers_that_serve) > 0
]
