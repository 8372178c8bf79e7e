# METADATA
# title: Route without a timeout
# description: A route without a timeout keeps requests to a stuck service until their clients run out of connections.
# custom:
#   severity: warning
#   group: network
#   "off": Streams and long polls need none, and some leave it to the clients; it is for platforms that promise a timeout to every route.
#   scope: resource
#   target: [CiliumClusterwideEnvoyConfig, CiliumEnvoyConfig, HTTPRoute, VirtualService]
package portcullis.rules.route_without_timeout

import data.portcullis.prelude.routes
import data.portcullis.prelude.routes.all as all_routes

findings contains {"at": array.concat(known.at, field), "message": message} if {
	some known in all_routes
	field := fields[input.resource.kind]
	timeout := object.get(known.route, field, "")
	fault := wrong(timeout)
	not ends_otherwise(known.route)
	message := sprintf("route %s %s", [known.name, fault])
}

fields := {
	"CiliumClusterwideEnvoyConfig": ["timeout"], "CiliumEnvoyConfig": ["timeout"],
	"HTTPRoute": ["timeouts", "request"], "VirtualService": ["timeout"],
}

# Envoy itself gives up after 15 seconds.
wrong(timeout) := "has no timeout" if {
	timeout == ""
	input.resource.kind in {"HTTPRoute", "VirtualService"}
}

wrong(timeout) := sprintf("has a timeout of %s, which is none", [timeout]) if routes.is_none(timeout)

# A stream has a longest time of its own.
ends_otherwise(route) if {
	some longest in routes.field(route, "max_stream_duration", "maxStreamDuration")
	some duration in routes.field(longest.value, "max_stream_duration", "maxStreamDuration")
	not routes.is_none(duration.value)
}
