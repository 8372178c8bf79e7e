# METADATA
# title: Rollout that stays where it got stuck
# description: A new version that never gets ready keeps its share of the requests until somebody notices.
# custom:
#   severity: warning
#   group: delivery
#   scope: resource
#   target: [Rollout.argoproj.io]
package portcullis.rules.rollout_without_abort

spec := object.get(input.resource, "spec", {})

findings contains {"at": ["spec", "progressDeadlineAbort"], "message": message} if {
	is_object(object.get(spec, ["strategy", kind], null))
	object.get(spec, "progressDeadlineAbort", false) != true
	message := sprintf("rollout is not aborted when its new version is not ready after %v s", [object.get(spec, "progressDeadlineSeconds", 600)])
}

# There is one of them.
kind := "canary" if spec.strategy.canary

else := "blueGreen"
