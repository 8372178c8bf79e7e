# METADATA
# title: Rollout that nothing judges
# description: Without an analysis a canary goes on to everybody however many requests it fails.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [Rollout.argoproj.io]
package portcullis.rules.rollout_without_analysis

strategy := object.get(input.resource, ["spec", "strategy"], {})

findings contains {"at": ["spec", "strategy", "canary"], "message": message} if {
	canary := object.get(strategy, "canary", null)
	is_object(canary)
	not is_judged(canary)
	message := "no analysis judges the canary"
}

findings contains {"at": ["spec", "strategy", "blueGreen"], "message": message} if {
	blue_green := object.get(strategy, "blueGreen", null)
	is_object(blue_green)
	not looks(blue_green)
	message := "no analysis judges the new version before or after the switch"
}

# In the background, or as a step.
is_judged(canary) if has_templates(canary.analysis)

is_judged(canary) if {
	some step in canary.steps
	has_templates(step.analysis)
}

is_judged(canary) if {
	some step in canary.steps
	count(step.experiment.analyses) > 0
}

looks(blue_green) if has_templates(blue_green.prePromotionAnalysis)

looks(blue_green) if has_templates(blue_green.postPromotionAnalysis)

has_templates(analysis) if count(analysis.templates) > 0
