# METADATA
# title: Reference to a variable that is not set
# description: What Kubernetes cannot replace stays as it is written.
# custom:
#   severity: error
#   group: validity
#   scope: resource
#   target: pod
package portcullis.rules.undefined_environment_reference

import data.portcullis.prelude.containers
import data.portcullis.prelude.references

# A variable knows those above it.
findings contains {"at": array.concat(c.at, ["env", i, "value"]), "message": message} if {
	some c in input.pod.containers
	some i, variable in c.container.env
	some name in references.names(variable.value)
	above := {known.name | some known in array.slice(c.container.env, 0, i)}
	not name in above
	not references.elsewhere(c.container, name)
	message := sprintf("%s of container %s refers to %s, which %s", [variable.name, containers.name(c), name, where(below(c.container.env, i, name))])
}

below(variables, i, name) := [j | some j, variable in variables; j > i; variable.name == name]

where([]) := "nothing sets"

where(places) := "is set only below" if count(places) > 0

findings contains {"at": array.concat(c.at, [list, i]), "message": message} if {
	some c in input.pod.containers
	some list, word in {"args": "arguments", "command": "words of the command"}
	some i, argument in c.container[list]
	some name in references.names(argument)
	set_there := {known.name | some known in c.container.env}
	not name in set_there
	not references.elsewhere(c.container, name)
	message := sprintf("%s of container %s refer to %s, which nothing sets", [word, containers.name(c), name])
}
