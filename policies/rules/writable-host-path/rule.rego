# METADATA
# title: Container that may write to its node
# description: Who writes to the file system of the node can change what runs there.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - gatekeeper:host-filesystem
#     - kube-linter:writable-host-mount
#     - kyverno:ensure-readonly-hostpath
#   scope: resource
#   target: pod
package portcullis.rules.writable_host_path

import data.portcullis.prelude.containers

# Without a word, a mount is writable.
findings contains {"at": array.concat(c.at, ["volumeMounts", i, "readOnly"]), "message": message} if {
	some volume in input.pod.spec.volumes
	is_object(volume.hostPath)
	some c in input.pod.containers
	some i, mount in c.container.volumeMounts
	mount.name == volume.name
	object.get(mount, "readOnly", false) != true
	path := object.get(volume.hostPath, "path", "/")
	message := sprintf("container %s may write to %s of the node", [containers.name(c), path])
}
