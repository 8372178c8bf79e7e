# METADATA
# title: Too many services of an environment change at once
# description: Whoever reviews a change of many services in production looks at none of them well, and it goes back only as a whole.
# custom:
#   severity: warning
#   group: delivery
#   scope: change
#   params:
#     maximum: 5
#     environments: []
#   elements: {environments: text}
package portcullis.rules.too_many_services_changed

findings contains {"application": names[0], "message": message} if {
	some environment in watched
	changed := sort([service |
		some service, places in input.change.services
		some where, place in places
		where == environment
		place.change != "unchanged"
	])
	count(changed) > input.params.maximum
	names := sort([name |
		some service in changed
		some id in input.change.services[service][environment].applications
		name := input.change.applications[id].application
	])
	count(names) > 0
	parts := [amount(count(changed)), environment, input.params.maximum, listed(changed)]
	message := sprintf("one change reaches %s of %s, more than %d: %s", parts)
}

watched contains environment if some environment in input.params.environments

# Production is where all promotion ends.
watched contains environment if {
	count(input.params.environments) == 0
	some i, environment in input.change.environments
	i == count(input.change.environments) - 1
}

amount(number) := "1 service" if number == 1

amount(number) := sprintf("%d services", [number]) if number != 1

# As many as a person reads.
most := 8

listed(names) := concat(", ", names) if count(names) <= most

listed(names) := sprintf("%s and %d more", [concat(", ", array.slice(names, 0, most)), count(names) - most]) if count(names) > most
