# METADATA
# title: Pod in a namespace of its host
# description: A pod in the network, process or IPC namespace of its node sees and reaches what belongs to other pods.
# custom:
#   severity: error
#   scope: resource
#   target: pod
package portcullis.rules.host_namespace

findings contains {"at": array.concat(input.pod.at, [field]), "message": message} if {
	some field in ["hostIPC", "hostNetwork", "hostPID"]
	input.pod.spec[field] == true
	message := sprintf("pod shares the host's namespace: %s is true", [field])
}
