# METADATA
# title: Job that stays after it has ended
# description: Jobs that ended long ago fill the API server and hide those that failed.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kube-linter:job-ttl-seconds-after-finished
#     - kyverno:add-ttl-jobs
#   scope: resource
#   target: [Job]
package portcullis.rules.job_without_ttl

findings contains {"at": ["spec", "ttlSecondsAfterFinished"], "message": message} if {
	time := object.get(input.resource, ["spec", "ttlSecondsAfterFinished"], null)
	not is_number(time)

	# A CronJob cleans up after itself.
	count(object.get(input.resource.metadata, "ownerReferences", [])) == 0
	count(object.keys(object.get(input.resource.metadata, "annotations", {})) & hooks) == 0
	message := sprintf("job %s stays after it has ended", [object.get(input.resource.metadata, "name", "without a name")])
}

# Whoever runs a hook deletes it before the next one.
hooks := {"argocd.argoproj.io/hook", "helm.sh/hook"}
