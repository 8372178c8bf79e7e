# METADATA
# title: Quantity that means nothing
# description: An amount that the API server refuses stops the sync, and one whose unit is missing kills the container.
# custom:
#   severity: error
#   group: resources
#   scope: resource
#   target: pod
package portcullis.rules.malformed_quantity

import data.portcullis.prelude.quantities
import data.portcullis.prelude.quantities.owners as resource_owners

findings contains {"at": array.concat(owner.at, ["resources", kind, name]), "message": message} if {
	some owner in resource_owners
	some kind, word in {"limits": "limit", "requests": "request"}
	some name, amount in owner.amounts[kind]

	# Null, too, is less than any number.
	least := object.get({"memory": 1048576}, name, 0)
	min([amount, least]) != least
	fault := quantities.faults(name, amount)
	message := sprintf("%s %s of %s is %v, %s", [name, word, quantities.who(owner), owner.spec.resources[kind][name], fault])
}

# A part of a device cannot be had.
findings contains {"at": array.concat(owner.at, ["resources", kind, name]), "message": message} if {
	some owner in resource_owners
	some kind, word in {"limits": "limit", "requests": "request"}
	some name, amount in owner.amounts[kind]
	quantities.is_whole(name)
	amount > 0
	amount != floor(amount)
	message := sprintf("%s %s of %s is %v, which is not whole", [name, word, quantities.who(owner), owner.spec.resources[kind][name]])
}
