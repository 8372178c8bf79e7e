# METADATA
# title: Environment variable that is set twice
# description: Of two values the last one wins, and the other one is what somebody believes in.
# custom:
#   severity: error
#   group: validity
#   like:
#     - kube-linter:duplicate-env-var
#     - kube-score:environment-variable-key-duplication
#   scope: resource
#   target: pod
package portcullis.rules.duplicate_environment_variable

import data.portcullis.prelude.containers
import data.portcullis.prelude.duplicates

findings contains {"at": at, "other": other, "message": message} if {
	some c in input.pod.containers
	variables := c.container.env
	names := [object.get(variable, "name", null) | some variable in variables]
	some j, i in duplicates.repeated(names)
	at := array.concat(c.at, ["env", j, "name"])
	other := array.concat(c.at, ["env", i, "name"])
	message := sprintf("container %s sets %s twice", [containers.name(c), names[j]])
}
