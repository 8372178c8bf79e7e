# METADATA
# title: Provider in any version
# description: The next run may plan with another one.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - tflint:terraform_required_providers
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.unpinned_provider

findings contains {"at": ["settings", i, "values", name], "message": message} if {
	some i, setting in input.resource.settings
	setting.kind == "required_providers"
	some name, wanted in setting.values
	is_object(wanted)
	object.get(wanted, "version", null) == null
	message := sprintf("provider %s is taken in any version", [name])
}
