# Probes, with the defaults of Kubernetes filled in.
package portcullis.prelude.probes

handler(probe) := named(probe)[0]

# The handlers that it has, in order of their names.
named(probe) := [kind | some kind in ["exec", "grpc", "httpGet", "tcpSocket"]; is_object(probe[kind])]

# What the API server refuses in a probe, and the field below it that is wrong or missing; nothing where it takes it.
refusals(probe) := refused(named(probe), probe)

refused(kinds, probe) := [{"at": ["httpGet"], "reason": "it has no handler"}] if count(kinds) == 0

else := [{"at": [kinds[0]], "reason": sprintf("it has several handlers, %s", [concat(" and ", kinds)])}] if count(kinds) > 1

else := unasked(kinds[0], probe[kinds[0]])

# What the one handler lacks to ask anything.
unasked(kind, asked) := [] if {
	kind != "exec"
	is_port(kind, asked.port)
}

else := refused_port(kind, object.get(asked, "port", null)) if kind != "exec"

else := [] if has_command(asked)

else := [{"at": ["exec", "command"], "reason": "its command is empty"}]

refused_port(kind, number) := [{"at": [kind, "port"], "reason": "it has no port"}] if is_null(number)

else := [{"at": [kind, "port"], "reason": sprintf("%v is no port", [number])}]

has_command(exec) if {
	is_array(exec.command)
	count(exec.command) > 0
}

is_port(_, number) if {
	is_number(number)
	number == floor(number)
	number > 0
	number < 65536
}

# A name has a letter, so a number in quotes is none; gRPC takes no names.
is_port(kind, word) if {
	kind != "grpc"
	is_string(word)
	count(word) < 16
	trim(word, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
	trim(word, "0123456789-") != ""
	trim(word, "-") == word
	not contains(word, "--")
}

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

else := {"failureThreshold": 3, "periodSeconds": 10, "timeoutSeconds": 1}[field]

# A port by its number, whether it is named or not.
port(name, container) := numbers[0] if {
	numbers := [known.containerPort | some known in object.get(container, "ports", []); known.name == name]
	count(numbers) > 0
} else := to_number(name) if {
	is_string(name)
	regex.match(`^[0-9]+$`, name)
} else := name
