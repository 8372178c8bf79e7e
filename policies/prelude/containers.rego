# What a container of `input.pod.containers` is for.
package portcullis.prelude.containers

# It runs as long as the pod does.
stays(c) if c.role in {"main", "sidecar"}

# A scrape that fails once harms nobody, so a port for metrics alone is none.
has_ports(c) if {
	some port in c.container.ports
	not regex.match(`^(https?-)?(metrics|prometheus|prom)(-https?)?$`, object.get(port, "name", ""))
}

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
