# What programs are told: the variables and flags of containers and the text of ConfigMaps, with their places.
package portcullis.prelude.settings

all := array.concat(array.concat(variables, flags), entries)

# `--name=value`, and `--name` before its value.
flags := [flag |
	some c in input.pod.containers
	some field in ["args", "command"]
	some i, text in c.container[field]
	is_string(text)
	startswith(text, "-")
	some flag in flag_at(c, field, i, text)
]

flag_at(c, field, i, text) := [{"at": array.concat(c.at, [field, i]), "name": trim_left(parts[0], "-"), "value": concat("=", array.slice(parts, 1, count(parts)))}] if {
	parts := split(text, "=")
	count(parts) > 1
} else := [{"at": array.concat(c.at, [field, i + 1]), "name": trim_left(text, "-"), "value": next}] if {
	next := c.container[field][i + 1]
	is_string(next)
	not startswith(next, "-")
} else := []

variables := [{"at": array.concat(c.at, ["env", i, "value"]), "name": variable.name, "value": variable.value} |
	some c in input.pod.containers
	some i, variable in c.container.env
	is_string(variable.value)
]

entries := [{"at": ["data", key], "name": key, "value": value} |
	input.resource.kind == "ConfigMap"
	some key, value in input.resource.data
	is_string(value)
]

# The same of a resource of a platform.
of(one) := array.concat(
	[{"at": array.concat(c.at, ["env", i, "value"]), "name": variable.name, "value": variable.value} |
		some c in object.get(one, ["pod", "containers"], [])
		some i, variable in c.container.env
		is_string(variable.value)
	],
	[{"at": ["data", key], "name": key, "value": value} |
		one.kind == "ConfigMap"
		some key, value in one.resource.data
		is_string(value)
	],
)

# A name with its words between underscores, so that whole words are found in it.
words(name) := sprintf("_%s_", [regex.replace(upper(regex.replace(name, `([a-z0-9])([A-Z])`, "${1}_${2}")), `[^A-Z0-9]+`, "_")])

has_word(name, list) if {
	own := words(name)
	some word in list
	contains(own, sprintf("_%s_", [word]))
}
