# METADATA
# title: Credential in plain text
# description: What stands in a manifest is read by everybody who reads Git, the cluster or a backup of either, for ever.
# custom:
#   severity: error
#   group: access
#   like: [kube-linter:env-var-secret, polaris:sensitiveContainerEnvVar]
#   scope: resource
#   target: pod
#   params:
#     # Names of variables that only look like credentials.
#     allowed: []
#   elements: {allowed: text}
package portcullis.rules.plain_secret_value

import data.portcullis.prelude.containers
import data.portcullis.prelude.credentials

findings contains {"at": array.concat(c.at, ["env", i, "value"]), "message": message} if {
	some c in input.pod.containers
	some i, variable in c.container.env
	is_string(variable.value)
	name := object.get(variable, "name", "without a name")
	not name in input.params.allowed
	what := told(name, variable.value)
	what != ""
	message := sprintf("variable %s of container %s holds %s", [name, containers.name(c), what])
}

told(name, text) := credentials.called(name, text) if credentials.shown(text) == ""

else := credentials.shown(text)

findings contains {"at": array.concat(c.at, [field, i]), "message": message} if {
	some c in input.pod.containers
	some field in ["command", "args"]
	some i, word in c.container[field]
	what := credentials.shown(word)
	what != ""
	message := sprintf("%s of container %s hold %s", [plural[field], containers.name(c), what])
}

plural := {"command": "words of the command", "args": "arguments"}

# As --password=text.
findings contains {"at": array.concat(c.at, [field, i]), "message": message} if {
	some c in input.pod.containers
	some field in ["command", "args"]
	some i, word in c.container[field]
	startswith(word, "-")
	flag := split(word, "=")
	count(flag) > 1
	text := substring(word, count(flag[0]) + 1, -1)
	credentials.shown(text) == ""
	what := credentials.called(trim_left(flag[0], "-"), text)
	what != ""
	message := sprintf("flag %s of container %s is %s", [flag[0], containers.name(c), what])
}

# As --password and its text behind it.
findings contains {"at": array.concat(c.at, [field, i + 1]), "message": message} if {
	some c in input.pod.containers
	some field in ["command", "args"]
	some i, word in c.container[field]
	regex.match(`^--?[A-Za-z][A-Za-z0-9_.-]*$`, word)
	text := c.container[field][i + 1]
	not startswith(text, "-")
	credentials.shown(text) == ""
	what := credentials.called(trim_left(word, "-"), text)
	what != ""
	message := sprintf("word behind flag %s of container %s is %s", [word, containers.name(c), what])
}
