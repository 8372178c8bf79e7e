# METADATA
# title: Layer that builds on a later one
# description: Neither of the two can then be made, or made again, without the other.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     layers: [networking, security, data, compute, platform, observability]
package portcullis.rules.layer_upside_down

import data.portcullis.prelude.terraform

findings contains {"at": ["resources", address, "values", "config", field], "message": message} if {
	own := place(split(input.resource.metadata.name, "/"))
	some address, state in input.resource.resources
	state.type == "terraform_remote_state"
	state.mode == "data"
	some field in ["key", "path", "prefix", "name"]
	key := object.get(state, ["values", "config", field], "")
	is_string(key)
	other := place(split(trim_suffix(key, ".tfstate"), "/"))
	other > own
	message := sprintf("the layer %s builds on %s, which comes after it", [input.params.layers[own], input.params.layers[other]])
}

findings contains {"at": ["resources", address, "values", "config"], "message": message} if {
	own := place(split(input.resource.metadata.name, "/"))
	own < count(input.params.layers) - 1
	some address, state in input.resource.resources
	state.type == "terraform_remote_state"
	terraform.is_unknown(object.get(state, ["values", "config"], null))
	message := sprintf("the layer %s builds on one that is not known", [input.params.layers[own]])
}

# Where a path stands among the layers, by the last of its words that is one.
place(words) := found[count(found) - 1] if {
	found := [i | some word in words; some i, layer in input.params.layers; layer == word]
	count(found) > 0
}
