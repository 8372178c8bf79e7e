# METADATA
# title: Two volumes at one path
# description: Of two volumes at the same path one is hidden, or the API server refuses the pod.
# custom:
#   severity: error
#   group: validity
#   scope: resource
#   target: pod
package portcullis.rules.duplicate_mount_path

import data.portcullis.prelude.containers
import data.portcullis.prelude.duplicates

findings contains {"at": at, "other": other, "message": message} if {
	some c in input.pod.containers
	mounts := c.container.volumeMounts
	count(mounts) > 1
	paths := [plain(object.get(mount, "mountPath", null)) | some mount in mounts]
	some j, i in duplicates.repeated(paths)
	at := array.concat(c.at, ["volumeMounts", j, "mountPath"])
	other := array.concat(c.at, ["volumeMounts", i, "mountPath"])
	message := sprintf("container %s mounts two volumes at %s", [containers.name(c), mounts[j].mountPath])
}

plain(null) := null

plain(path) := trim_right(path, "/") if is_string(path)
