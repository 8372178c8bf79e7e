# METADATA
# title: Container that may write to its image
# description: What a process can write beside its volumes, an intruder can as well.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - checkov:CKV_K8S_22
#     - gatekeeper:read-only-root-filesystem
#     - kube-linter:no-read-only-root-fs
#     - kube-score:container-security-context-readonlyrootfilesystem
#     - kyverno:require-ro-rootfs
#     - polaris:notReadOnlyRootFilesystem
#   scope: resource
#   target: pod
package portcullis.rules.writable_root_filesystem

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.on_windows

findings contains {"at": array.concat(c.at, ["securityContext", "readOnlyRootFilesystem"]), "message": message} if {
	some c in input.pod.containers
	object.get(c.container, ["securityContext", "readOnlyRootFilesystem"], false) != true
	c.role != "ephemeral"
	not on_windows
	message := sprintf("container %s may write to its root file system: readOnlyRootFilesystem is not true", [containers.name(c)])
}
