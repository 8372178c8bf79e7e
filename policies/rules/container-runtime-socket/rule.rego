# METADATA
# title: Socket of the container runtime in a pod
# description: Whoever talks to the container runtime of a node starts what he likes there.
# custom:
#   severity: error
#   group: pods
#   like:
#     - checkov:CKV_K8S_27
#     - kube-linter:docker-sock
#     - kyverno:disallow-cri-sock-mount
#   scope: resource
#   target: pod
package portcullis.rules.container_runtime_socket

findings contains {"at": array.concat(input.pod.at, ["volumes", i, "hostPath", "path"]), "message": message} if {
	some i, volume in input.pod.spec.volumes
	path := volume.hostPath.path
	leads_there(path)
	message := sprintf("volume %s gives away the container runtime of the node: %s", [object.get(volume, "name", "without a name"), path])
}

# /var/run is /run, and slashes and dots in between mean nothing.
leads_there(path) if {
	parts := [part | some part in split(path, "/"); part != ""; part != "."]
	trim_prefix(concat("/", parts), "var/") in reach
}

# The sockets, the directories that hold them, and the pipes of Windows.
reach := {
	`\\.\pipe\containerd-containerd`,
	`\\.\pipe\docker_engine`,
	"run",
	"run/containerd",
	"run/containerd/containerd.sock",
	"run/cri-dockerd.sock",
	"run/crio",
	"run/crio/crio.sock",
	"run/docker.sock",
	"run/dockershim.sock",
	"run/k3s",
	"run/k3s/containerd",
	"run/k3s/containerd/containerd.sock",
	"run/podman",
	"run/podman/podman.sock",
}
