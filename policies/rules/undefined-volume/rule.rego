# METADATA
# title: Mount of a volume that is not there
# description: The API server refuses a pod that mounts what it does not have.
# custom:
#   severity: error
#   group: validity
#   scope: resource
#   target: pod
package portcullis.rules.undefined_volume

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, [list, i, "name"]), "message": message} if {
	some c in input.pod.containers
	some list in ["volumeMounts", "volumeDevices"]
	some i, mount in c.container[list]
	name := object.get(mount, "name", "without a name")
	not name in names
	message := sprintf("container %s mounts volume %s, which the pod does not have", [containers.name(c), name])
}

names := {volume.name | some volume in input.pod.spec.volumes} | claimed

# A StatefulSet gives its pods a volume for each of these.
claimed := {claim.metadata.name |
	input.resource.kind == "StatefulSet"
	some claim in input.resource.spec.volumeClaimTemplates
}
