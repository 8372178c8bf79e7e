# METADATA
# title: Data store or foundation that would be made anew
# description: An edit that looks like a setting destroys what is there and makes an empty one in its place.
# custom:
#   severity: error
#   group: delivery
#   scope: change
#   params:
#     trailer: Change-Request
#     approvalPattern: \S
package portcullis.rules.data_store_replaced

import data.portcullis.prelude.approvals
import data.portcullis.prelude.stateful.forced
import data.portcullis.prelude.stateful.stays
import data.portcullis.prelude.stateful.types

findings contains {"root": i, "resource": j, "message": message} if {
	some i, root in input.change.roots
	some j, one in root.resources
	one.type in types
	"delete" in one.actions
	"create" in one.actions
	address := one.address
	not approvals.is_approved(address)
	message := sprintf("%s would be destroyed and made anew%s, and no %s names it", [address, reasons(one.replacedFor), input.params.trailer])
}

# Without a plan: arguments that no provider can change in place.
findings contains {"root": i, "resource": j, "field": k, "message": message} if {
	some i, root in input.change.roots
	not root.planned
	some j, one in root.resources
	one.change == "changed"
	some k, field in one.fields
	argument := forced(one.type, field.path)
	not stays(one.type, field)
	address := one.address
	not approvals.is_approved(address)
	message := sprintf("%s would be destroyed and made anew for %s, and no %s names it", [address, replace(argument, "/", "."), input.params.trailer])
}

reasons(paths) := "" if count(paths) == 0

reasons(paths) := sprintf(" for %s", [concat(", ", [trim_prefix(path, "/") | some path in paths])]) if count(paths) > 0
