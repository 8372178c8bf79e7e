# METADATA
# title: Two containers of one name
# description: The API server refuses a pod in which a name means two containers.
# custom:
#   severity: error
#   group: validity
#   scope: resource
#   target: pod
package portcullis.rules.duplicate_container_name

import data.portcullis.prelude.duplicates

findings contains {"at": array.concat(input.pod.containers[j].at, ["name"]), "other": other, "message": message} if {
	names := [object.get(c.container, "name", null) | some c in input.pod.containers]
	some j, i in duplicates.repeated(names)
	other := array.concat(input.pod.containers[i].at, ["name"])
	message := sprintf("container %s is there twice", [names[j]])
}
