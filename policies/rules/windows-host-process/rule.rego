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

import data.portcullis.prelude.contexts
import data.portcullis.prelude.contexts.all

# What the pod says, its containers inherit.
findings contains {"at": array.concat(context.at, ["windowsOptions", "hostProcess"]), "message": message} if {
	some context in all
	context.value.windowsOptions.hostProcess == true
	message := sprintf("%s of its Windows host: hostProcess is true", [words(contexts.who(context))])
}

words(who) := sprintf("%s is a process", [who]) if who != "the pod"

else := "containers of the pod are processes"
