# METADATA
# title: Sync option that there is none of
# description: Argo CD compares options letter by letter, and passes over what it does not know without a word.
# custom:
#   severity: warning
#   group: delivery
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io, ClusterRole, ClusterRoleBinding, ConfigMap.core, CronJob.batch, DaemonSet.apps, Deployment.apps, Ingress.networking.k8s.io, Job.batch, Namespace.core, PersistentVolumeClaim.core, Pod.core, Role, RoleBinding, Rollout.argoproj.io, Secret.core, Service.core, ServiceAccount.core, StatefulSet.apps]
package portcullis.rules.unknown_sync_option

import data.portcullis.prelude.argo.at
import data.portcullis.prelude.argo.spec

# Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
known := {
	"ApplyOutOfSyncOnly": switch,
	"ClientSideApplyMigration": switch,
	"CreateNamespace": switch,
	"Delete": {"confirm", "false", "true"},
	"FailOnSharedResource": switch,
	"Force": switch,
	"Prune": {"confirm", "false", "true"},
	"PruneLast": switch,
	"PrunePropagationPolicy": {"background", "foreground", "orphan"},
	"Replace": switch,
	"RespectIgnoreDifferences": switch,
	"ServerSideApply": switch,
	"SkipDryRunOnMissingResource": switch,
	"Validate": switch,
}

switch := {"false", "true"}

findings contains {"at": array.concat(at, ["syncPolicy", "syncOptions", i]), "message": message} if {
	input.resource.kind in {"Application", "ApplicationSet"}
	some i, option in object.get(spec, ["syncPolicy", "syncOptions"], [])
	is_string(option)
	not contains(option, "{{")
	message := wrong(option)
}

annotation := "argocd.argoproj.io/sync-options"

findings contains {"at": ["metadata", "annotations", annotation], "message": message} if {
	some option in split(object.get(input.resource, ["metadata", "annotations", annotation], ""), ",")
	message := wrong(trim_space(option))
}

wrong(option) := message if {
	parts := split(option, "=")
	not parts[0] in object.keys(known)
	option != ""
	message := sprintf("there is no sync option %s%s", [parts[0], meant(parts[0])])
}

wrong(option) := message if {
	parts := split(option, "=")
	values := known[parts[0]]
	not concat("=", array.slice(parts, 1, count(parts))) in values
	message := sprintf("sync option %s is one of %s", [parts[0], concat(", ", sort([sprintf("%s=%s", [parts[0], value]) | some value in values]))])
}

# The option that is written alike, but for capitals, dashes and a plural.
meant(name) := sprintf(", did you mean %s?", [alike[0]]) if {
	alike := sort([option | some option, _ in known; plain(option) == plain(name)])
	count(alike) > 0
} else := ""

plain(name) := trim_suffix(regex.replace(lower(name), `[^a-z]`, ""), "s")
