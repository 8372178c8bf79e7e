# METADATA
# title: Rollout that stops all pods at once
# description: While the new pods start nobody serves, and if they don't start nobody will.
# custom:
#   severity: error
#   group: availability
#   like:
#     - kube-linter:no-rolling-update-strategy
#     - kube-score:deployment-strategy
#   scope: resource
#   target: [Deployment]
package portcullis.rules.all_at_once_rollout

import data.portcullis.prelude.containers

findings contains {"at": ["spec", "strategy", "type"], "message": message} if {
	input.resource.spec.strategy.type == "Recreate"
	several
	count(serving) > 0
	message := "strategy Recreate stops all pods before the first new one starts"
}

findings contains {"at": ["spec", "strategy", "rollingUpdate", "maxUnavailable"], "others": [{"at": ["spec", "replicas"]}], "message": message} if {
	amount := input.resource.spec.strategy.rollingUpdate.maxUnavailable
	is_everything(amount)
	several
	count(serving) > 0
	message := sprintf("maxUnavailable %v lets all pods stop before the first new one is ready", [amount])
}

is_everything(amount) if {
	is_number(amount)
	amount > 0
	amount >= input.resource.spec.replicas
}

is_everything(amount) if {
	is_string(amount)
	regex.match(`^0*[1-9][0-9]{2,}%$`, amount)
}

# One pod alone is gone for a moment in any way, and with a disk of its own it has to be. Without a number an autoscaler may have its say.
several if input.resource.spec.replicas > 1

several if {
	object.get(input.resource.spec, "replicas", null) == null
	claims := [volume | some volume in input.pod.spec.volumes; volume.persistentVolumeClaim]
	count(claims) == 0
}

serving := [c | some c in input.pod.containers; containers.serves(c)]
