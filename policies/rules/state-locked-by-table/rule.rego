# METADATA
# title: State that a table locks
# description: The table is a thing of its own to make and to pay, and Terraform will give it up.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.state_locked_by_table

import data.portcullis.prelude.terraform.address

findings contains {"at": ["settings", i, "values", "dynamodb_table"], "message": message} if {
	some i, setting in input.resource.settings
	setting.kind == "backend"
	setting.label == "s3"
	setting.module == ""
	object.get(setting, ["values", "dynamodb_table"], "") != ""
	message := sprintf("a table of DynamoDB locks the state of %s", [address])
}
