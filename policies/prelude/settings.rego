# What programs are told: the variables of containers and the text of ConfigMaps, with their places.
package portcullis.prelude.settings

all := array.concat(variables, entries)

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
words(name) := sprintf("_%s_", [regex.replace(upper(name), `[^A-Z0-9]+`, "_")])

has_word(name, list) if {
	own := words(name)
	some word in list
	contains(own, sprintf("_%s_", [word]))
}
