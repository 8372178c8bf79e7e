# METADATA
# title: Limit above the maximum
# description: A container that may take a whole node leaves nothing for others.
# custom:
#   severity: error
#   group: resources
#   like:
#     - gatekeeper:containerlimits
#   "off": It needs maxima, and only a team knows its own.
#   scope: resource
#   target: pod
#   params:
#     maxima: {}
#   elements: {maxima: quantity}
package portcullis.rules.limit_above_maximum

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities
import data.portcullis.prelude.quantities.owners as resource_owners

findings contains {"at": array.concat(owner.at, ["resources", "limits", name]), "message": message} if {
	some name, maximum in input.params.maxima
	most := quantities.value(maximum)
	some owner in resource_owners
	owner.amounts.limits[name] > most
	said := [name, quantities.who(owner), owner.spec.resources.limits[name], maximum]
	message := sprintf("%s limit of %s is %v, above the maximum of %v", said)
}

# Who has no limit may have everything.
findings contains {"at": array.concat(c.at, ["resources", "limits", name]), "message": message} if {
	some name in object.keys(input.params.maxima)
	some c in input.pod.containers
	c.role != "ephemeral"
	not quantities.limited(name, c.amounts)
	not quantities.limited(name, input.pod.amounts)
	message := sprintf("container %s has no %s limit, so that it may go above the maximum", [containers.name(c), name])
}
