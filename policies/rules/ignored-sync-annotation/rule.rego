# METADATA
# title: Annotation that Argo CD reads as nothing
# description: The object is applied in another order than it says, or never.
# custom:
#   severity: warning
#   group: delivery
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io, ClusterRole, ClusterRoleBinding, ConfigMap.core, CronJob.batch, DaemonSet.apps, Deployment.apps, Ingress.networking.k8s.io, Job.batch, Namespace.core, PersistentVolumeClaim.core, Pod.core, Role, RoleBinding, Rollout.argoproj.io, Secret.core, Service.core, ServiceAccount.core, StatefulSet.apps]
package portcullis.rules.ignored_sync_annotation

annotations := object.get(input.resource, ["metadata", "annotations"], {})

# Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
findings contains {"at": ["metadata", "annotations", key], "message": message} if {
	key := "argocd.argoproj.io/sync-wave"
	wave := object.get(annotations, key, "0")
	not regex.match(number, wave)
	message := sprintf("sync wave %v is no number, so that it counts as none", [wave])
}

number := `^[-+]?[0-9]{1,9}$`

words := {
	"argocd.argoproj.io/hook": {"PostDelete", "PostSync", "PreDelete", "PreSync", "Skip", "Sync", "SyncFail"},
	"argocd.argoproj.io/hook-delete-policy": {"BeforeHookCreation", "HookFailed", "HookSucceeded"},
	"helm.sh/hook": {
		"crd-install", "post-delete", "post-install", "post-rollback", "post-upgrade", "pre-delete", "pre-install", "pre-rollback", "pre-upgrade", "test",
		"test-failure", "test-success",
	},
	"helm.sh/hook-delete-policy": {"before-hook-creation", "hook-failed", "hook-succeeded"},
}

findings contains {"at": ["metadata", "annotations", key], "message": message} if {
	some key, known in words
	text := object.get(annotations, key, "")
	text != ""
	some word in [trim_space(one) | some one in split(text, ",")]
	not word in known
	message := sprintf("%s knows no %s; it is one of %s", [key, word, concat(", ", sort(known))])
}

# Helm rolls back, Argo CD never does: what is a hook of nothing else is not applied at all.
findings contains {"at": ["metadata", "annotations", "helm.sh/hook"], "message": message} if {
	object.get(annotations, "argocd.argoproj.io/hook", "") == ""
	text := object.get(annotations, "helm.sh/hook", "")
	text != ""
	others := {trim_space(one) | some one in split(text, ",")} - {"post-rollback", "pre-rollback"}
	count(others) == 0
	message := sprintf("hook %s is one of Helm alone: Argo CD never applies this", [text])
}
