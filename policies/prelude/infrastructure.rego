# What Terraform makes beneath the objects of an environment, for rules that join the two.
package portcullis.prelude.infrastructure

# The resources of a type that are made, and not only read.
made(type) := [one |
	some one in object.get(input.platform.kinds, type, [])
	object.get(one.resource, "mode", "managed") == "managed"
]

value(one, field) := object.get(one.resource, ["values", field], null)

# The objects of a kind that are for this environment alone: what is for all of them stands on the infrastructure of each, and each may have another.
objects(kind) := [one |
	some one in object.get(input.platform.kinds, kind, [])
	is_own(one)
]

is_own(one) if one.environment == input.platform.environment

# It is made for this very environment: a root that shows none is evaluated with the defaults of its variables, and each environment may be given others.
is_told(one) if one.environment == input.platform.environment

is_told(_) if input.platform.environment == ""

# What tells programs where to connect: workloads and ConfigMaps.
tellers := [one |
	some one in input.platform.resources
	is_teller(one)
	is_own(one)
]

is_teller(one) if one.pod

is_teller(one) if {
	one.kind == "ConfigMap"
	one.group == ""
}

# Where something may be made that nobody sees: in modules that are not here, and in roots of which a part could not be read.
hidden := array.concat(
	[{"resource": root.id, "at": ["partial"]} |
		some root in object.get(input.platform.kinds, "terraform_root", [])
		root.resource.partial == true
	],
	[{"resource": root.id, "at": ["calls", address, "found"]} |
		some root in object.get(input.platform.kinds, "terraform_root", [])
		some address, call in object.get(root.resource, "calls", {})
		not call.found
		not call.contract
	],
)
