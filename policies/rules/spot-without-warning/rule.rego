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
findings contains {"at": at, "message": message} if {
	rules := terraform.managed("aws_cloudwatch_event_rule")
	heard := {type | some rule in rules; some type in types(rule); type in wanted}
	count(heard & {"EC2 Spot Instance Interruption Warning", "EC2 Instance Rebalance Recommendation"}) > 0
	missing := wanted - heard
	count(missing) > 0
	first := sort([["resources", place] | some place, rule in rules; some type in types(rule); type in heard])[0]
	at := array.concat(sort([place | some rule, _ in rules; some place in unread(rule)]), [first])[0]
	message := sprintf("nobody hears of %s", [concat(", ", sort(missing))])
}

types(rule) := terraform.listed(object.get(rule, ["documents", "/event_pattern", "detail-type"], []))

# Where it is not known what a rule listens for.
unread(address) := array.concat(whole, parts) if {
	rule := input.resource.resources[address]
	pattern := ["documents", "/event_pattern"]
	whole := [["resources", address, "values", "event_pattern"] |
		terraform.is_unknown(object.get(rule, ["values", "event_pattern"], ""))
		object.get(rule, pattern, null) == null
	]
	parts := [array.concat(["resources", address, "documents", "/event_pattern", "detail-type"], [i | is_array(said)]) |
		said := object.get(rule, array.concat(pattern, ["detail-type"]), [])
		some i, type in terraform.listed(said)
		terraform.is_unknown(type)
	]
}
