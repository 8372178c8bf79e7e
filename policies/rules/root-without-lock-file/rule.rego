# METADATA
# title: Root without a lock file
# description: Every machine takes the providers of its own day.
# custom:
#   severity: warning
#   group: platform
#   "off": Some keep lock files out of repositories of examples or modules; it is for those whose roots are applied from here.
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.root_without_lock_file

import data.portcullis.prelude.terraform.address

findings contains {"at": ["settings", at[0]], "message": message} if {
	not input.resource.locked
	at := [i | some i, setting in input.resource.settings; setting.kind == "provider"; setting.module == ""]
	count(at) > 0
	message := sprintf("%s has no .terraform.lock.hcl", [address])
}
