# METADATA
# title: Data store or foundation that would be destroyed
# description: What is in it is gone, or everything that stands on it fails, and nobody has said in the change that this is meant.
# custom:
#   severity: error
#   group: delivery
#   scope: change
#   params:
#     trailer: Change-Request
#     approvalPattern: \S
package portcullis.rules.data_store_destroyed

import data.portcullis.prelude.approvals
import data.portcullis.prelude.stateful.types

findings contains {"root": i, "resource": j, "message": message} if {
	some i, root in input.change.roots
	some j, one in root.resources
	one.type in types
	"delete" in one.actions
	not "create" in one.actions
	address := one.address
	not approvals.is_approved(address)
	message := sprintf("%s would be destroyed, and no %s names it", [address, input.params.trailer])
}
