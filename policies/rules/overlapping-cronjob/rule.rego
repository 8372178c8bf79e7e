# METADATA
# title: CronJob whose runs may overlap
# description: A run that takes too long meets the next one.
# custom:
#   severity: warning
#   group: availability
#   "off": Overlapping runs are fine for work that can be done twice at a time, and only its authors know.
#   scope: resource
#   target: [CronJob]
package portcullis.rules.overlapping_cronjob

findings contains {"at": ["spec", "concurrencyPolicy"], "message": message} if {
	policy := object.get(input.resource, ["spec", "concurrencyPolicy"], "Allow")
	policy == "Allow"
	name := object.get(input.resource.metadata, "name", "without a name")
	message := sprintf("cronjob %s starts a run while the previous one still works", [name])
}
