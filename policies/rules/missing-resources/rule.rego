# METADATA
# title: Container without requests or a memory limit
# description: The scheduler cannot place, and the kubelet cannot contain, what does not say how much it needs.
# custom:
#   severity: error
#   scope: resource
#   target: pod
package portcullis.rules.missing_resources

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities

findings contains {"at": array.concat(c.at, field[missing[0]]), "message": message} if {
	some c in input.pod.containers

	# The API server refuses resources of ephemeral containers.
	c.role != "ephemeral"
	missing := [need | some need in ["cpu request", "memory request", "memory limit"]; not met(need, c.container)]
	count(missing) > 0
	message := sprintf("container %s has no %s", [containers.name(c), concat(", no ", missing)])
}

# A limit without a request is also the request; what the whole pod has, each of its containers has.
met(need, container) if {
	some owner in [container, input.pod.spec]
	some kind in kinds[need]
	quantities.positive(owner.resources[kind][split(need, " ")[0]])
}

kinds := {
	"cpu request": ["requests", "limits"],
	"memory request": ["requests", "limits"],
	"memory limit": ["limits"],
}

field := {
	"cpu request": ["resources", "requests", "cpu"],
	"memory request": ["resources", "requests", "memory"],
	"memory limit": ["resources", "limits", "memory"],
}
