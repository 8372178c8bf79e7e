# METADATA
# title: Process of the Windows host
# description: A container that is a process of its Windows host owns the node.
# custom:
#   severity: error
#   group: pods
#   like:
#     - kyverno:disallow-host-process
#     - pss:baseline/windowsHostProcess
#   scope: resource
#   target: pod
package portcullis.rules.windows_host_process

import data.portcullis.prelude.contexts.all as contexts

# What the pod says, its containers inherit.
findings contains {"at": array.concat(context.at, ["windowsOptions", "hostProcess"]), "message": message} if {
	some context in contexts
	context.value.windowsOptions.hostProcess == true
	message := sprintf("%s of its Windows host: hostProcess is true", [context.runs])
}
