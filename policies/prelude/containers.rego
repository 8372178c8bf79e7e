# What a container of `input.pod.containers` is for.
package portcullis.prelude.containers

# It runs as long as the pod does.
stays(c) if c.role in {"main", "sidecar"}

has_ports(c) if count(c.container.ports) > 0

# Somebody sends it requests.
serves(c) if {
	stays(c)
	has_ports(c)
}

serves(c) if {
	stays(c)
	is_object(c.container.readinessProbe)
}

# containerPort only informs: a Service sends requests to ports that nobody declares, too.
serves(c) if {
	stays(c)
	c.targeted
}

name(c) := object.get(c.container, "name", "without a name")
