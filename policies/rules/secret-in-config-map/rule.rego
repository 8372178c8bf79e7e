# METADATA
# title: Credential in a ConfigMap
# description: A ConfigMap is read by everybody who may look at the namespace, and is neither encrypted nor audited as a Secret is.
# custom:
#   severity: error
#   group: access
#   like: [polaris:sensitiveConfigmapContent]
#   scope: resource
#   target: [ConfigMap.core]
#   params:
#     # Keys that only look like credentials.
#     allowed: []
#   elements: {allowed: text}
package portcullis.rules.secret_in_config_map

import data.portcullis.prelude.credentials

findings contains {"at": ["data", key], "message": message} if {
	some key, text in input.resource.data
	is_string(text)
	not key in input.params.allowed
	what := told(key, text)
	message := sprintf("key %s holds %s", [key, what])
}

# In this order: by the name of the key, by the look of the text, by a name on one of its lines.
told(key, text) := said[0] if {
	said := [what | some what in array.concat([credentials.called(key, text), look(text)], names(key, text)); what != ""]
	count(said) > 0
}

# A private key goes over several lines, so that none of them shows it.
look(text) := what if {
	what := credentials.shown(text)
	what in array.concat(["a private key"], [credentials.shown(line) | some line in effective(text)])
}

else := ""

names(key, text) := [sprintf("%s under %s", [said, pair[1]]) |
	regex.match(`\.(ya?ml|json|properties|ini|conf|cnf|cfg|toml|env)$`, key)
	regex.match(`(?i)(pass|passw(or)?d|passphrase|pwd|secret|key|token)["']?\s*[:=]`, text)
	some line in effective(text)
	some pair in array.concat(regex.find_all_string_submatch_n(assignment, line, 1), within(key, line))
	said := credentials.called(pair[1], pair[2])
	said != ""
]

# JSON may have all of it on one line.
within(key, line) := regex.find_all_string_submatch_n(`"([A-Za-z0-9_.-]+)"\s*:\s*"([^"\s]+)"`, line, 32) if endswith(key, ".json")

else := []

assignment := `^\s*["']?([A-Za-z0-9_.-]+)["']?\s*[:=]\s*["']?([^"'\s]+)["']?,?\s*$`

# Without comments, which show how it would be written.
effective(text) := [line | some line in split(text, "\n"); not regex.match(`^\s*(#|//|;|--|\*)`, line)]
