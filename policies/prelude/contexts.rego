# The securityContext of the pod and those of its containers, for what may stand in each of them.
package portcullis.prelude.contexts

import data.portcullis.prelude.containers

all := array.concat(of_pod, [{"value": value, "at": array.concat(c.at, ["securityContext"]), "of": of, "runs": runs} |
	some c in input.pod.containers
	value := c.container.securityContext
	is_object(value)
	of := sprintf("container %s", [containers.name(c)])
	runs := sprintf("%s is a process", [of])
])

of_pod := [{"value": value, "at": array.concat(input.pod.at, ["securityContext"]), "of": "the pod", "runs": "containers of the pod are processes"} |
	value := input.pod.spec.securityContext
	is_object(value)
]
