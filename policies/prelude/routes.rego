# Routes of the mesh that send requests somewhere: those of VirtualServices, of HTTPRoutes and of Envoy in Cilium's configurations of it.
package portcullis.prelude.routes

all := array.concat(array.concat(virtual, gateway), envoy)

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

# With the host that the route is of, whose policy of retries is that of routes which have none.
envoy := [{"at": array.concat(host.at, [routes.key, i, "route"]), "route": route.route, "host": host, "name": name(route, i)} |
	some host in hosts
	some routes in field(host.host, "routes", "routes")
	some i, route in routes.value
	is_object(route.route)
]

# Tables of routes stand among the resources, or within the listeners that use them.
hosts := [{"at": array.concat(table.at, [known.key, i]), "host": host} |
	some table in tables
	some known in field(table.table, "virtual_hosts", "virtualHosts")
	some i, host in known.value
]

tables := array.concat(
	[{"at": ["spec", "resources", i], "table": resource} |
		some i, resource in resources
		endswith(resource["@type"], "envoy.config.route.v3.RouteConfiguration")
	],
	[{"at": array.concat(manager.at, [known.key]), "table": known.value} |
		some manager in managers
		some known in field(manager.manager, "route_config", "routeConfig")
	],
)

managers := [{"at": ["spec", "resources", i, chains.key, c, "filters", f, config.key], "manager": config.value} |
	some i, resource in resources
	some chains in field(resource, "filter_chains", "filterChains")
	some c, chain in chains.value
	some f, filter in chain.filters
	some config in field(filter, "typed_config", "typedConfig")
]

resources := input.resource.spec.resources if input.resource.kind in {"CiliumClusterwideEnvoyConfig", "CiliumEnvoyConfig"}

else := []

# A field of Envoy's, which takes its names in two spellings: none, or one with the key that was written.
field(of, snake, camel) := [{"key": key, "value": of[key]} | some key in [snake, camel]; key in object.keys(of)]

name(route, i) := route.name if route.name

else := sprintf("%d", [i + 1])

# Zero is no limit.
is_none(duration) if regex.match(`^0+(\.0+)?(h|m|s|ms)?$`, duration)
