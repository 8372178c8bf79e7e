# METADATA
# title: Spot nodes whose end nobody hears of
# description: AWS gives two minutes; who does not listen loses them.
# custom:
#   severity: error
#   group: availability
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.spot_without_warning

import data.portcullis.prelude.terraform

# The four events, as Karpenter's documentation of its interruption queue lists them.
wanted := {
	"EC2 Spot Instance Interruption Warning",
	"EC2 Instance Rebalance Recommendation",
	"EC2 Instance State-change Notification",
	"AWS Health Event",
}

# A root that hears of some of them hears for Karpenter.
findings contains {"at": ["resources", first], "message": message} if {
	rules := terraform.managed("aws_cloudwatch_event_rule")
	heard := {type | some rule in rules; some type in types(rule); type in wanted}
	count(heard & {"EC2 Spot Instance Interruption Warning", "EC2 Instance Rebalance Recommendation"}) > 0
	missing := wanted - heard
	count(missing) > 0
	count([1 | some rule in rules; is_vague(rule)]) == 0
	first := sort([place | some place, rule in rules; some type in types(rule); type in heard])[0]
	message := sprintf("nobody hears of %s", [concat(", ", sort(missing))])
}

types(rule) := terraform.listed(object.get(rule, ["documents", "/event_pattern", "detail-type"], []))

is_vague(rule) if terraform.is_unknown(object.get(rule, ["values", "event_pattern"], ""))

is_vague(rule) if {
	some type in types(rule)
	terraform.is_unknown(type)
}
