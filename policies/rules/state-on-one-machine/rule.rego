# METADATA
# title: State on one machine
# description: Who loses the machine loses track of everything that was made.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.state_on_one_machine

import data.portcullis.prelude.terraform.address

findings contains {"at": ["settings", at[0]], "message": message} if {
	own := [setting | some setting in input.resource.settings; setting.module == ""]
	count([setting | some setting in own; setting.kind in {"backend", "cloud"}; setting.label != "local"]) == 0

	# Only what is planned by itself configures a provider.
	at := [i | some i, setting in input.resource.settings; setting.kind == "provider"; setting.module == ""]
	count(at) > 0
	message := sprintf("the state of %s stays where it is applied: it has no backend", [address])
}
