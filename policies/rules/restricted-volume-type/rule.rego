# METADATA
# title: Volume of a type that pods should not name
# description: A pod that names a disk or a file server itself decides alone whom it reads from.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - gatekeeper:volumes
#     - kyverno:restrict-volume-types
#     - pss:restricted/restrictedVolumes
#   scope: resource
#   target: pod
package portcullis.rules.restricted_volume_type

# Of hostPath the rule host-path-volume tells.
findings contains {"at": array.concat(input.pod.at, ["volumes", i, type]), "message": message} if {
	some i, volume in input.pod.spec.volumes
	some type, source in volume
	not type in known
	is_object(source)
	message := sprintf("volume %s is of type %s, which the restricted standard forbids", [object.get(volume, "name", "without a name"), type])
}

known := {
	"configMap",
	"csi",
	"downwardAPI",
	"emptyDir",
	"ephemeral",
	"hostPath",
	"image",
	"name",
	"persistentVolumeClaim",
	"projected",
	"secret",
}
