# METADATA
# title: Automated sync that may delete everything
# description: A mistake that renders nothing then removes the whole application instead of stopping the sync.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io]
package portcullis.rules.automated_empty_sync

import data.portcullis.prelude.argo.at
import data.portcullis.prelude.argo.automated
import data.portcullis.prelude.argo.is_automated

findings contains {"at": array.concat(at, ["syncPolicy", "automated", "allowEmpty"]), "message": message} if {
	is_automated
	automated.allowEmpty == true
	automated.prune == true
	message := "automated sync may prune everything at once, if nothing is rendered"
}
