# METADATA
# title: State that two roots share
# description: Each plan of one destroys what the other one made.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.shared_state

import data.portcullis.prelude.terraform.address

findings contains {"at": at, "message": message} if {
	count(input.resource.shares_state_with) > 0
	at := array.concat(keys, array.concat(backends, [["shares_state_with"]]))[0]
	names := sort({name | some other in input.resource.shares_state_with; name := told(other)})
	message := sprintf("%s keeps its state where %s does", [address, concat(" and ", names)])
}

told(other) := sprintf("%s in %s", [other.root, other.environment])

keys := [["settings", i, "values", "key"] | some i in places; input.resource.settings[i].values.key]

backends := [["settings", i] | some i in places]

places := [i |
	some i, setting in input.resource.settings
	setting.kind == "backend"
	setting.module == ""
]
