# METADATA
# title: Volume from the file system of the node
# description: A pod that reads or writes files of its node reaches other pods' secrets, and keeps state where it is lost.
# custom:
#   severity: error
#   group: pods
#   like:
#     - gatekeeper:host-filesystem
#     - kube-linter:sensitive-host-mounts
#     - kyverno:disallow-host-path
#     - polaris:hostPathSet
#     - pss:baseline/hostPathVolumes
#     - pss:restricted/restrictedVolumes
#   scope: resource
#   target: pod
package portcullis.rules.host_path_volume

findings contains {"at": at, "message": message} if {
	some i, volume in input.pod.spec.volumes
	is_object(volume.hostPath)
	path := object.get(volume.hostPath, "path", "/")
	at := array.concat(input.pod.at, ["volumes", i, "hostPath", "path"])
	message := sprintf("volume %s is the path %s of the node", [object.get(volume, "name", "without a name"), path])
}
