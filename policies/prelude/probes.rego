# Probes, with the defaults of Kubernetes filled in.
package portcullis.prelude.probes

handlers := {"exec", "grpc", "httpGet", "tcpSocket"}

handler(probe) := kind if {
	some kind in handlers
	is_object(probe[kind])
}

acts(probe) if handler(probe) in {"grpc", "httpGet", "tcpSocket"}

acts(probe) if count(probe.exec.command) > 0

timings := {"failureThreshold": 3, "initialDelaySeconds": 0, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}

# Two probes with the same value of this ask the same question at the same time.
question(probe, container) := {
	"asks": asks(probe, container),
	"when": {field: object.get(probe, field, usual) | some field, usual in timings},
}

asks(probe, container) := answer if {
	usual := {"host": "", "path": "/", "scheme": "HTTP", "httpHeaders": []}
	answer := object.union(object.union(usual, probe.httpGet), {"port": port(probe.httpGet.port, container)})
}

asks(probe, container) := answer if {
	answer := {"host": object.get(probe.tcpSocket, "host", ""), "port": port(probe.tcpSocket.port, container)}
}

asks(probe, _) := {"port": probe.grpc.port, "service": object.get(probe.grpc, "service", "")} if probe.grpc

asks(probe, _) := {"command": probe.exec.command} if probe.exec

# A port by its number, whether it is named or not.
port(name, container) := numbers[0] if {
	numbers := [known.containerPort | some known in object.get(container, "ports", []); known.name == name]
	count(numbers) > 0
} else := name
