# The securityContext of the pod and those of its containers, for what may stand in each of them.
package portcullis.prelude.contexts

import data.portcullis.prelude.containers

# Each with the container that has it, or null. What is said of them is put into words only where something is found.
all := array.concat(of_pod, [{"value": value, "at": array.concat(c.at, ["securityContext"]), "container": c} |
	some c in input.pod.containers
	value := c.container.securityContext
	is_object(value)
])

of_pod := [{"value": value, "at": array.concat(input.pod.at, ["securityContext"]), "container": null} |
	value := input.pod.spec.securityContext
	is_object(value)
]

who(context) := "the pod" if context.container == null

else := sprintf("container %s", [containers.name(context.container)])
