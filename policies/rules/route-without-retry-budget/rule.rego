# METADATA
# title: Route that retries without a bound of its own
# description: Retries that nobody counted multiply the load of a service at the moment when it fails.
# custom:
#   severity: warning
#   group: network
#   "off": Istio's two retries do for most; it is for platforms that promise a counted number of tries to every route.
#   scope: resource
#   target: [VirtualService]
#   params:
#     most: 3
package portcullis.rules.route_without_retry_budget

import data.portcullis.prelude.routes.all as all_routes

findings contains {"at": array.concat(known.at, place.at), "message": message} if {
	some known in all_routes
	some place in faults(known.route)
	message := sprintf("route %s %s", [known.name, place.fault])
}

# Silence is two tries of Istio's choice.
faults(route) := [{"at": ["retries"], "fault": "says nothing of retries"}] if not is_object(object.get(route, "retries", null))

else := array.concat(attempts(route.retries), per_try(route.retries))

attempts(retries) := [{"at": ["retries", "attempts"], "fault": sprintf("retries %v times, more than %v", [retries.attempts, input.params.most])}] if {
	retries.attempts > input.params.most
} else := [{"at": ["retries", "attempts"], "fault": "does not say how often it retries"}] if {
	not is_number(object.get(retries, "attempts", null))
} else := []

per_try(retries) := [{"at": ["retries", "perTryTimeout"], "fault": "does not say how long one try may take"}] if {
	object.get(retries, "attempts", 2) > 0
	object.get(retries, "perTryTimeout", "") == ""
} else := []
