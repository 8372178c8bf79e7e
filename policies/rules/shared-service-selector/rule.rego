# METADATA
# title: Services with the same selector
# description: Two Services that select the same pods are told apart by nobody who routes by them.
# custom:
#   severity: warning
#   group: network
#   like:
#     - gatekeeper:uniqueserviceselector
#   "off": A headless Service beside one with an address, or one Service a port, is common and right.
#   scope: platform
#   target: [Service.core]
#   joins: [Service.core]
package portcullis.rules.shared_service_selector

findings contains finding if {
	some ids in input.platform.namespaces
	selecting := selecting_of(ids)
	count(selecting) > count({service.resource.spec.selector | some service in selecting})
	some service in selecting
	twins := [other |
		some other in selecting
		other.id < service.id
		other.name != service.name
		other.resource.spec.selector == service.resource.spec.selector
		other.selects == service.selects
	]
	count(twins) > 0
	others := [{"resource": twin.id, "at": ["spec", "selector"]} | some twin in twins]
	message := sprintf("Service selects the same pods as Service %s", [twins[0].name])
	finding := {"resource": service.id, "at": ["spec", "selector"], "others": others, "message": message}
}

selecting_of(ids) := [service |
	some id in ids
	service := input.platform.resources[id]
	service.kind == "Service"
	service.group == ""
	service.selects
]
