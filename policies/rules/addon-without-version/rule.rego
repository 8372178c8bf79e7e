# METADATA
# title: Add-on without a version
# description: Which version a cluster has then depends on the day when it was made.
# custom:
#   severity: warning
#   group: platform
#   "off": AWS chooses the version that is tried with the version of the cluster, and what is not named is not changed later.
#   scope: resource
#   target: [aws_eks_addon.terraform]
package portcullis.rules.addon_without_version

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "addon_version"], "message": message} if {
	terraform.may_lack(object.get(values, "addon_version", ""))
	message := sprintf("%s names no version", [address])
}
