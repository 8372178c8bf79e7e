# METADATA
# title: Service or everything leaves an environment
# description: A generator that gives one element less removes what runs, although nobody has said so in the change.
# custom:
#   severity: error
#   group: delivery
#   scope: change
package portcullis.rules.environment_dropped

# Everything goes.
findings contains {"application": names[0], "message": message} if {
	some environment, total in input.change.totals
	total.before > 0
	total.after == 0
	names := sort([changed.application |
		some changed in input.change.applications
		changed.environment == environment
		changed.change == "removed"
	])
	count(names) > 0
	message := sprintf("nothing is deployed to %s any more: %s", [environment, going(names)])
}

# One service goes and stays elsewhere; one that goes everywhere has come to its end.
findings contains {"application": names[0], "message": message} if {
	some service, places in input.change.services
	some environment, place in places
	place.change == "removed"
	object.get(input.change.totals, [environment, "after"], 1) > 0
	stays := sort([other | some other, there in places; there.change != "removed"])
	count(stays) > 0
	names := sort([name | some id in place.applications; name := input.change.applications[id].application])
	count(names) > 0
	message := sprintf("service %s leaves %s and stays in %s", [service, environment, concat(", ", stays)])
}

going(names) := sprintf("%s goes", [names[0]]) if count(names) == 1

going(names) := sprintf("%s and %d more go", [names[0], count(names) - 1]) if count(names) > 1
