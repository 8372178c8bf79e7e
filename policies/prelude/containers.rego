# What a container of `input.pod.containers` is for.
package portcullis.prelude.containers

# It runs as long as the pod does.
stays(c) if c.role in {"main", "sidecar"}

# A scrape that fails once harms nobody, so a port for metrics alone is none.
has_ports(c) if {
	some port in c.container.ports
	not regex.match(`^(https?-)?(metrics|prometheus|prom)(-https?)?$`, object.get(port, "name", ""))
	scraped := scraped_ports(c)
	count({object.get(port, "containerPort", 0), object.get(port, "name", "")} & scraped) == 0
}

# The ports that a probe asks for metrics: whatever they are called, that is what they have.
scraped_ports(c) := {probe.httpGet.port |
	some kind in ["readinessProbe", "livenessProbe"]
	probe := c.container[kind]
	is_scrape(probe)
}

is_scrape(probe) if endswith(probe.httpGet.path, "/metrics")

# Somebody sends it requests.
serves(c) if {
	stays(c)
	has_ports(c)
}

serves(c) if {
	stays(c)
	probe := c.container.readinessProbe
	is_object(probe)
	not is_scrape(probe)
}

# containerPort only informs: a Service sends requests to ports that nobody declares, too.
serves(c) if {
	stays(c)
	c.targeted
}

name(c) := object.get(c.container, "name", "without a name")
