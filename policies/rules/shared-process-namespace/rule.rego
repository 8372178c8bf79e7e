# METADATA
# title: Containers that see the processes of each other
# description: In one process namespace a sidecar reads the environment and the files of the program beside it.
# custom:
#   severity: warning
#   group: pods
#   "off": Some sidecars are there to watch or to signal the program beside them, and the restricted standard allows it.
#   scope: resource
#   target: pod
package portcullis.rules.shared_process_namespace

findings contains {"at": array.concat(input.pod.at, ["shareProcessNamespace"]), "message": message} if {
	input.pod.spec.shareProcessNamespace == true
	count(input.pod.containers) > 1
	message := sprintf("%d containers share one process namespace: shareProcessNamespace is true", [count(input.pod.containers)])
}
