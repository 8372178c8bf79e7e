# METADATA
# title: Automated sync that leaves things behind
# description: What was removed from Git stays in the cluster, where nobody looks after it any more.
# custom:
#   severity: warning
#   group: delivery
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io]
package portcullis.rules.missing_prune

import data.portcullis.prelude.argo
import data.portcullis.prelude.argo.at
import data.portcullis.prelude.argo.automated
import data.portcullis.prelude.argo.is_automated

findings contains {"at": array.concat(at, ["syncPolicy", "automated", "prune"]), "message": message} if {
	is_automated
	object.get(automated, "prune", false) != true
	not argo.patched("prune:")
	message := "automated sync does not prune: what Git no longer has stays in the cluster"
}
