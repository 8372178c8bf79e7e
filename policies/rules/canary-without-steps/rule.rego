# METADATA
# title: Canary that never waits
# description: A canary without steps, or whose steps never stop, is everywhere before anybody can look at it.
# custom:
#   severity: warning
#   group: delivery
#   scope: resource
#   target: [Rollout.argoproj.io]
package portcullis.rules.canary_without_steps

canary := object.get(input.resource, ["spec", "strategy", "canary"], null)

steps := object.get(canary, "steps", [])

findings contains {"at": ["spec", "strategy", "canary", "steps"], "message": message} if {
	is_object(canary)
	count(steps) == 0
	message := "canary has no steps, so it is a plain rolling update"
}

findings contains {"at": ["spec", "strategy", "canary", "steps"], "message": message} if {
	is_object(canary)
	count(steps) > 0
	waits := [1 | some step in steps; some kind in ["analysis", "experiment", "pause"]; kind in object.keys(step)]
	count(waits) == 0
	message := "canary goes through its steps without waiting at any of them"
}
