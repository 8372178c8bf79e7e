# METADATA
# title: Volume in memory without a limit
# description: Files in memory take the memory of the node where nothing limits them.
# custom:
#   severity: warning
#   group: resources
#   scope: resource
#   target: pod
package portcullis.rules.memory_backed_volume_without_limit

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities
import data.portcullis.prelude.volumes

findings contains {"at": array.concat(input.pod.at, ["volumes", i, "emptyDir", "sizeLimit"]), "message": message} if {
	some i, volume in input.pod.spec.volumes
	startswith(volume.emptyDir.medium, "Memory")
	not volumes.sized(volume.emptyDir)
	not quantities.limited("memory", input.pod.amounts)
	free := [containers.name(c) |
		some c in volumes.mounting(volume.name)
		not quantities.limited("memory", c.amounts)
	]
	count(free) > 0
	message := sprintf("emptyDir %s is in memory without a sizeLimit, and container %s has no memory limit", [volume.name, free[0]])
}

# It holds what the whole container may have, and kills it on the way there.
findings contains {"at": array.concat(input.pod.at, ["volumes", i, "emptyDir", "sizeLimit"]), "other": other, "message": message} if {
	some i, volume in input.pod.spec.volumes
	startswith(volume.emptyDir.medium, "Memory")
	size := quantities.value(volume.emptyDir.sizeLimit)
	some c in volumes.mounting(volume.name)
	limit := c.amounts.limits.memory
	limit > 0
	size > limit
	other := array.concat(c.at, ["resources", "limits", "memory"])
	said := [volume.name, volume.emptyDir.sizeLimit, containers.name(c), c.container.resources.limits.memory]
	message := sprintf("emptyDir %s is in memory up to %v, above the memory limit of container %s, %v", said)
}
