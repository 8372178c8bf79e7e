# METADATA
# title: State without a lock or encryption
# description: Two plans at once break the state, and it holds every secret in plain text.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.unsafe_state

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": ["settings", i, "values", "use_lockfile"], "message": message} if {
	some i, setting in backends
	locked := object.get(setting, ["values", "use_lockfile"], false)
	not terraform.is_true(locked)
	not setting.values.dynamodb_table
	message := sprintf("two runs may write the state of %s at once", [address])
}

findings contains {"at": ["settings", i, "values", "encrypt"], "message": message} if {
	some i, setting in backends
	encrypted := object.get(setting, ["values", "encrypt"], false)
	not terraform.is_true(encrypted)
	message := sprintf("the state of %s is not encrypted by its backend", [address])
}

# A backend without any value gets them from the command line.
backends := {i: setting |
	some i, setting in input.resource.settings
	setting.kind == "backend"
	setting.label == "s3"
	setting.module == ""
	count(object.get(setting, "values", {})) > 0
}
