# Probes, with the defaults of Kubernetes filled in.
package portcullis.prelude.probes

handlers := {"exec", "grpc", "httpGet", "tcpSocket"}

handler(probe) := kind if {
	some kind in handlers
	is_object(probe[kind])
}

acts(probe) if handler(probe) in {"grpc", "httpGet", "tcpSocket"}

acts(probe) if count(probe.exec.command) > 0

# What a probe asks of a container, in one way of saying it; how often and how patiently is left out.
question(probe, container) := asked if {
	get := probe.httpGet
	asked := {
		"host": object.get(get, "host", ""),
		"path": rooted(object.get(get, "path", "")),
		"scheme": upper(scheme(get)),
		"headers": {[lower(header.name), header.value] | some header in object.get(get, "httpHeaders", [])},
		"port": port(get.port, container),
	}
}

question(probe, container) := {"host": object.get(probe.tcpSocket, "host", ""), "port": port(probe.tcpSocket.port, container)} if probe.tcpSocket

question(probe, _) := {"port": probe.grpc.port, "service": object.get(probe.grpc, "service", "")} if probe.grpc

question(probe, _) := {"command": probe.exec.command} if probe.exec

rooted(path) := path if startswith(path, "/")

else := concat("", ["/", path])

scheme(get) := get.scheme if get.scheme != ""

else := "HTTP"

# For how many seconds a probe fails until something happens.
patience(probe) := timing(probe, "failureThreshold") * timing(probe, "periodSeconds")

# Zero stands for the default.
timing(probe, field) := probe[field] if probe[field] > 0

else := {"failureThreshold": 3, "periodSeconds": 10}[field]

# A port by its number, whether it is named or not.
port(name, container) := numbers[0] if {
	numbers := [known.containerPort | some known in object.get(container, "ports", []); known.name == name]
	count(numbers) > 0
} else := to_number(name) if {
	is_string(name)
	regex.match(`^[0-9]+$`, name)
} else := name
