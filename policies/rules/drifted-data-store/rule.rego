# METADATA
# title: Data store or foundation that changed outside of Terraform
# description: Somebody changed it by hand, and this plan puts it back or keeps what nobody reviewed.
# custom:
#   severity: warning
#   group: delivery
#   scope: change
#   params:
#     unwatched: [tags, tags_all]
package portcullis.rules.drifted_data_store

import data.portcullis.prelude.stateful.types

findings contains {"root": i, "message": message} if {
	some i, root in input.change.roots
	some one in root.drifted
	one.type in types
	changed := [name | some name in one.attributes; not name in input.params.unwatched]
	count(changed) > 0
	message := sprintf("%s changed outside of Terraform: %s", [one.address, concat(", ", changed)])
}
