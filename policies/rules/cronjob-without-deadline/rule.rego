# METADATA
# title: CronJob without a deadline for its start
# description: After a pause of the cluster old runs start late, or none starts any more.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kube-score:cronjob-has-deadline
#   scope: resource
#   target: [CronJob]
package portcullis.rules.cronjob_without_deadline

at := ["spec", "startingDeadlineSeconds"]

findings contains {"at": at, "message": message} if {
	not is_number(object.get(input.resource, at, null))
	message := sprintf("cronjob %s has no startingDeadlineSeconds", [object.get(input.resource.metadata, "name", "without a name")])
}

# The controller looks only every ten seconds.
findings contains {"at": at, "message": message} if {
	deadline := input.resource.spec.startingDeadlineSeconds
	deadline < 10
	message := sprintf("startingDeadlineSeconds %v may pass between two looks of the controller, so that runs are left out", [deadline])
}
