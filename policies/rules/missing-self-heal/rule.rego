# METADATA
# title: Automated sync that does not heal
# description: What somebody changes in the cluster by hand stays until the next commit, and Git says something else.
# custom:
#   severity: warning
#   group: delivery
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io]
package portcullis.rules.missing_self_heal

import data.portcullis.prelude.argo
import data.portcullis.prelude.argo.at
import data.portcullis.prelude.argo.automated
import data.portcullis.prelude.argo.is_automated

findings contains {"at": array.concat(at, ["syncPolicy", "automated", "selfHeal"]), "message": message} if {
	is_automated
	object.get(automated, "selfHeal", false) != true
	not argo.patched("selfHeal:")
	message := "automated sync does not heal: what is changed by hand stays"
}
