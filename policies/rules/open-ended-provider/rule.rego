# METADATA
# title: Provider without an upper bound
# description: The next major version comes on the day when somebody upgrades another one.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - tflint:terraform_required_providers
#   "off": A lock file that is committed decides the version all the same; it is for roots that have none.
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.open_ended_provider

findings contains {"at": ["settings", i, "values", name, "version"], "message": message} if {
	some i, setting in input.resource.settings
	setting.kind == "required_providers"
	setting.module == ""
	some name, wanted in setting.values
	is_object(wanted)
	version := object.get(wanted, "version", "")
	is_open(version)
	message := sprintf("provider %s is taken in %s", [name, version])
}

# Neither a version, nor `~>`, nor one to stay below.
is_open(version) if {
	is_string(version)
	version != ""
	count([1 | some part in split(version, ","); regex.match(`^\s*(~>|<=?|=)?\s*[0-9]`, part)]) == 0
}
