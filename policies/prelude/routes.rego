# Routes of the mesh that send requests somewhere: those of VirtualServices and HTTPRoutes.
package portcullis.prelude.routes

all := array.concat(virtual, gateway)

virtual := [{"at": ["spec", "http", i], "route": route, "name": name(route, i)} |
	input.resource.kind == "VirtualService"
	some i, route in input.resource.spec.http
	count(route.route) > 0
]

# A redirect sends nothing anywhere.
gateway := [{"at": ["spec", "rules", i], "route": route, "name": name(route, i)} |
	input.resource.kind == "HTTPRoute"
	some i, route in input.resource.spec.rules
	count(route.backendRefs) > 0
]

name(route, i) := route.name if route.name

else := sprintf("%d", [i + 1])

# Zero is no limit.
is_none(duration) if regex.match(`^0+(\.0+)?(h|m|s|ms)?$`, duration)
