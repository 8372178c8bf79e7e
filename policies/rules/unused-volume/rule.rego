# METADATA
# title: Volume that nobody mounts
# description: What no container mounts is a mount that was forgotten or a volume that was left over.
# custom:
#   severity: warning
#   group: validity
#   scope: resource
#   target: pod
package portcullis.rules.unused_volume

findings contains {"at": array.concat(input.pod.at, ["volumes", i, "name"]), "message": message} if {
	some i, volume in input.pod.spec.volumes
	not volume.name in mounted
	message := sprintf("volume %s is mounted by no container", [volume.name])
}

mounted := {mount.name |
	some c in input.pod.containers
	some list in ["volumeMounts", "volumeDevices"]
	some mount in c.container[list]
}

findings contains {"at": ["spec", "volumeClaimTemplates", i, "metadata", "name"], "message": message} if {
	input.resource.kind == "StatefulSet"
	some i, claim in input.resource.spec.volumeClaimTemplates
	not claim.metadata.name in mounted
	message := sprintf("volume %s is mounted by no container", [claim.metadata.name])
}
