# METADATA
# title: Scratch volume without a limit
# description: Whatever a container writes into it comes from the disk of its node.
# custom:
#   severity: warning
#   group: resources
#   like:
#     - kyverno:require-emptydir-requests-limits
#   "off": Nearly every chart has scratch volumes for a few small files; it is for clusters whose nodes have run out of disk.
#   scope: resource
#   target: pod
package portcullis.rules.unlimited_empty_dir

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities
import data.portcullis.prelude.volumes

findings contains {"at": array.concat(input.pod.at, ["volumes", i, "emptyDir", "sizeLimit"]), "message": message} if {
	some i, volume in input.pod.spec.volumes
	is_object(volume.emptyDir)
	object.get(volume.emptyDir, "medium", "") == ""
	not volumes.sized(volume.emptyDir)
	free := [containers.name(c) |
		some c in volumes.mounting(volume.name)
		not quantities.limited("ephemeral-storage", c.amounts)
	]
	count(free) > 0
	message := sprintf("emptyDir %s has no sizeLimit, and container %s no limit of ephemeral storage", [volume.name, free[0]])
}
