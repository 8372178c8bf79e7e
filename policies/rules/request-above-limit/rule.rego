# METADATA
# title: Request above its limit
# description: The API server refuses a container that asks for more than it may have.
# custom:
#   severity: error
#   group: resources
#   scope: resource
#   target: pod
package portcullis.rules.request_above_limit

import data.portcullis.prelude.quantities
import data.portcullis.prelude.quantities.owners as resource_owners

findings contains {"at": at, "other": other, "message": message} if {
	some owner in resource_owners
	some name, request in owner.amounts.requests
	limit := owner.amounts.limits[name]

	# A limit of zero has been found as none.
	is_number(limit)
	limit > 0
	request > limit
	at := array.concat(owner.at, ["resources", "requests", name])
	other := array.concat(owner.at, ["resources", "limits", name])
	said := [owner.spec.resources[kind][name] | some kind in ["requests", "limits"]]
	message := sprintf("%s request of %s is %v, above its limit of %v", [name, quantities.who(owner), said[0], said[1]])
}

# Devices and huge pages are had or not: what is asked for is what is allowed.
findings contains {"at": at, "message": message} if {
	some owner in resource_owners
	some name, request in owner.amounts.requests
	quantities.is_whole(name)
	is_number(request)
	limit := object.get(owner.amounts.limits, name, 0)
	limit < request
	limit == 0
	at := array.concat(owner.at, ["resources", "requests", name])
	message := sprintf("%s request of %s is %v, and has no limit of the same", [name, quantities.who(owner), request])
}
