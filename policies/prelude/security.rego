# What pods and containers say in their securityContext.
package portcullis.prelude.security

of_pod(field) := object.get(input.pod.spec, ["securityContext", field], null)

# Null says nothing.
own(c, field) := object.get(c.container, ["securityContext", field], null)

# What a container says wins over what its pod says.
effective(c, field) := value if {
	value := own(c, field)
	value != null
} else := of_pod(field)

# Where that is said, or would be.
place(c, field) := array.concat(c.at, ["securityContext", field]) if {
	value := own(c, field)
	value != null
} else := array.concat(input.pod.at, ["securityContext", field])
