# METADATA
# title: Job that may run forever
# description: A Job that hangs holds its place, and whoever waits for it.
# custom:
#   severity: warning
#   group: availability
#   "off": A deadline is right only where somebody knows how long the work takes.
#   scope: resource
#   target: [CronJob, Job]
package portcullis.rules.job_without_deadline

findings contains {"at": array.concat(at, ["activeDeadlineSeconds"]), "message": message} if {
	job := object.get(input.resource, at, {})
	not is_number(object.get(job, "activeDeadlineSeconds", null))

	# The pod may have one of its own; then the Job tries again.
	not is_number(object.get(input.pod.spec, "activeDeadlineSeconds", null))
	message := sprintf("%s %s may run forever", [lower(input.resource.kind), object.get(input.resource.metadata, "name", "without a name")])
}

at := ["spec"] if input.resource.kind == "Job"

else := ["spec", "jobTemplate", "spec"]
