# METADATA
# title: Resource that Terraform shall forget
# description: It stays, costs and serves on, and no plan shows it any more.
# custom:
#   severity: warning
#   group: delivery
#   scope: change
#   params:
#     trailer: Change-Request
#     approvalPattern: \S
package portcullis.rules.forgotten_resource

import data.portcullis.prelude.approvals

findings contains {"root": i, "resource": j, "message": message} if {
	some i, root in input.change.roots
	some j, one in root.resources
	"forget" in one.actions
	address := one.address
	not approvals.is_approved(address)
	message := sprintf("%s stays and is forgotten: no plan will show it, and no %s names it", [address, input.params.trailer])
}
