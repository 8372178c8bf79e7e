# METADATA
# title: Route that retries without a bound of its own
# description: Retries that nobody counted multiply the load of a service at the moment when it fails.
# custom:
#   severity: warning
#   group: network
#   "off": Istio's two retries do for most; it is for platforms that promise a counted number of tries to every route.
#   scope: resource
#   target: [CiliumClusterwideEnvoyConfig, CiliumEnvoyConfig, HTTPRoute, VirtualService]
#   params:
#     most: 3
package portcullis.rules.route_without_retry_budget

import data.portcullis.prelude.routes
import data.portcullis.prelude.routes.all as all_routes

findings contains {"at": place.at, "message": message} if {
	some known in all_routes
	some place in faults(known)
	message := sprintf("route %s %s", [known.name, place.fault])
}

faults(known) := array.concat(
	silence(known),
	[fault | some retries in budgets(known); some fault in array.concat(attempts(retries), per_try(retries))],
)

# Silence is two tries of Istio's choice.
silence(known) := [{"at": array.concat(known.at, ["retries"]), "fault": "says nothing of retries"}] if {
	input.resource.kind == "VirtualService"
	not is_object(object.get(known.route, "retries", null))
} else := []

# How often a route retries, where it does, and how long one try may take, with the places of both.
budgets(known) := [{
	"attempts": object.get(retries, "attempts", ""), "attempts_at": array.concat(known.at, ["retries", "attempts"]),
	"try": object.get(retries, "perTryTimeout", ""), "try_at": array.concat(known.at, ["retries", "perTryTimeout"]),
}] if {
	input.resource.kind == "VirtualService"
	retries := known.route.retries
}

budgets(known) := [{
	"attempts": object.get(known.route.retry, "attempts", ""), "attempts_at": array.concat(known.at, ["retry", "attempts"]),
	"try": object.get(known.route, ["timeouts", "backendRequest"], ""), "try_at": array.concat(known.at, ["timeouts", "backendRequest"]),
}] if {
	input.resource.kind == "HTTPRoute"
	is_object(known.route.retry)
}

# Envoy retries once where its policy does not say how often.
budgets(known) := [{
	"attempts": count_of.value, "attempts_at": array.concat(policy.at, [count_of.key]),
	"try": one_try.value, "try_at": array.concat(policy.at, [one_try.key]),
} |
	policy := policies(known)[0]
	count_of := said(policy.policy, "num_retries", "numRetries", 1)
	one_try := said(policy.policy, "per_try_timeout", "perTryTimeout", "")
] if known.host

# That of the route, before that of its host.
policies(known) := array.concat(policy_of(known.route, known.at), policy_of(known.host.host, known.host.at))

policy_of(owner, at) := [{"at": array.concat(at, [policy.key]), "policy": policy.value} |
	some policy in routes.field(owner, "retry_policy", "retryPolicy")
]

said(policy, snake, camel, otherwise) := routes.field(policy, snake, camel)[0] if count(routes.field(policy, snake, camel)) > 0

else := {"key": snake, "value": otherwise}

attempts(retries) := [{"at": retries.attempts_at, "fault": sprintf("retries %v times, more than %v", [retries.attempts, input.params.most])}] if {
	retries.attempts > input.params.most
	is_number(retries.attempts)
} else := [{"at": retries.attempts_at, "fault": "does not say how often it retries"}] if {
	not is_number(retries.attempts)
} else := []

per_try(retries) := [{"at": retries.try_at, "fault": "does not say how long one try may take"}] if {
	not retries.attempts == 0
	retries.try == ""
} else := []
