# METADATA
# title: Root that takes any version of Terraform
# description: What one machine plans another one refuses, or upgrades the state for everybody.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - tflint:terraform_required_version
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.unpinned_terraform

import data.portcullis.prelude.terraform.address

findings contains {"at": ["settings", at[0]], "message": message} if {
	own := [setting | some setting in input.resource.settings; setting.module == ""]
	count([1 | some setting in own; object.get(setting, ["values", "required_version"], "") != ""]) == 0
	at := [i | some i, setting in input.resource.settings; setting.kind == "provider"; setting.module == ""]
	count(at) > 0
	message := sprintf("%s takes any version of Terraform: it has no required_version", [address])
}
