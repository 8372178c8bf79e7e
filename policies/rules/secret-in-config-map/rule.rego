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
	is_file(key, text)
	regex.match(`(?i)(pass|passw(or)?d|passphrase|pwd|secret|key|token)["']?(\s*[:=]|>)|identified by|password '|name="`, text)
	some line in effective(text)
	some pair in pairs(key, line)
	not is_of_words(key, pair)
	said := credentials.called(pair[1], pair[2])
	said != ""
]

# What an interface calls its fields, and the names that an ExternalSecret gives to its keys.
is_of_words(key, _) if regex.match(`(?i)(messages|i18n|locale|labels|translation)`, key)

is_of_words(_, pair) if regex.match(`(?i)^(error|field|label|message|msg|placeholder|text|title)[_.-]`, pair[1])

is_of_words(_, pair) if {
	pair[1] == "secretKey"
	regex.match(`^[a-z]+([_.-]?[a-z0-9]+)*$`, pair[2])
}

is_file(key, _) if regex.match(`(\.(ya?ml|json|properties|ini|conf|cnf|config|cfg|toml|env|sh|bash|sql|xml)|npmrc|pgpass)$`, key)

# Without an ending only its lines show that it is one.
is_file(key, text) if {
	not contains(key, ".")
	contains(text, "\n")
}

# A name and what it is set to, behind the whole match.
pairs(key, line) := array.concat(regex.find_all_string_submatch_n(assignment, line, 1), within(key, line))

# JSON and XML may have all of it on one line, and SQL has words for it.
within(key, line) := regex.find_all_string_submatch_n(`"([A-Za-z0-9_.-]+)"\s*:\s*"([^"\s]+)"`, line, 32) if endswith(key, ".json")

else := array.concat(elements(line), attributes(line)) if regex.match("\\.(xml|config)$", key)

else := [array.concat([found[0]], ["password", found[1]]) |
	some found in regex.find_all_string_submatch_n(`(?i)\b(?:identified by|password)\s+'([^'$:]+)'`, line, 32)
] if {
	endswith(key, ".sql")
}

else := []

elements(line) := regex.find_all_string_submatch_n(`<([A-Za-z0-9_.-]+)>([^<>\s]+)</`, line, 32)

# An attribute, or a property that has its name in one.
attributes(line) := array.concat(
	regex.find_all_string_submatch_n(`\b([A-Za-z0-9_.-]+)="([^"\s]+)"`, line, 32),
	regex.find_all_string_submatch_n(`\bname="([A-Za-z0-9_.-]+)"(?:\s+value="|>)([^"<>\s]+)["<]`, line, 32),
)

assignment := `^\s*(?:export\s+)?["']?(?://\S+:)?([A-Za-z0-9_.-]+)["']?\s*[:=]\s*["']?([^"'\s;]+)["']?[,;]?\s*(?:\s#.*)?$`

# Without comments, which show how it would be written.
effective(text) := [line | some line in split(text, "\n"); not regex.match(`^\s*(#|//|;|--|\*)`, trim_prefix(line, of_npm(line)))]

# Where npm keeps what belongs to a registry, the line begins with its address.
of_npm(line) := "//" if regex.match(`^//\S+/:_`, line)

else := ""
