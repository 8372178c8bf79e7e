# METADATA
# title: Sync that replaces or forces
# description: To replace or force an object deletes it and makes it anew, with its pods, its addresses and its volumes.
# custom:
#   severity: warning
#   group: delivery
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io, DaemonSet.apps, Deployment.apps, PersistentVolumeClaim.core, Rollout.argoproj.io, Service.core, StatefulSet.apps]
package portcullis.rules.replace_sync_option

import data.portcullis.prelude.argo.at
import data.portcullis.prelude.argo.spec

harmful := {"Force=true", "Replace=true"}

findings contains {"at": array.concat(at, ["syncPolicy", "syncOptions", i]), "message": message} if {
	input.resource.kind in {"Application", "ApplicationSet"}
	some i, option in object.get(spec, ["syncPolicy", "syncOptions"], [])
	option in harmful
	message := sprintf("every sync goes with %s", [option])
}

annotation := "argocd.argoproj.io/sync-options"

findings contains {"at": ["metadata", "annotations", annotation], "message": message} if {
	not input.resource.kind in {"Application", "ApplicationSet"}
	text := object.get(input.resource, ["metadata", "annotations", annotation], "")
	given := [trim_space(option) | some option in split(text, ","); trim_space(option) in harmful]
	count(given) > 0
	message := sprintf("%s is synced with %s", [input.resource.kind, concat(", ", given)])
}
