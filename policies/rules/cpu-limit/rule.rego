# METADATA
# title: Container with a CPU limit
# description: A limit of CPU slows a container down while the node is idle.
# custom:
#   severity: warning
#   group: resources
#   like:
#     - kyverno:forbid-cpu-limits
#   "off": Whether limits of CPU help or harm is contested; the rule missing-cpu-limit demands the opposite.
#   scope: resource
#   target: pod
package portcullis.rules.cpu_limit

import data.portcullis.prelude.quantities
import data.portcullis.prelude.quantities.owners as resource_owners

findings contains {"at": array.concat(owner.at, ["resources", "limits", "cpu"]), "message": message} if {
	some owner in resource_owners
	owner.amounts.limits.cpu > 0
	message := sprintf("%s has a cpu limit of %v", [quantities.who(owner), owner.spec.resources.limits.cpu])
}
