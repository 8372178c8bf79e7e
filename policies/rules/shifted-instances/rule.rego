# METADATA
# title: Counted resources that take each other's places
# description: One element left a list, so that every later resource becomes the one before it, and the last one goes.
# custom:
#   severity: warning
#   group: delivery
#   scope: change
package portcullis.rules.shifted_instances

findings contains {"root": i, "resource": j, "message": message} if {
	some i, root in input.change.roots
	some j, one in root.resources
	one.change == "removed"
	is_number(one.index)
	shifted := [other.index |
		some other in root.resources
		object.get(other, "counted", "") == one.counted
		other.change == "changed"
		other.index < one.index
	]
	count(shifted) > 0
	not is_less(root, one)
	message := sprintf("%s goes, and %d before it become others: count goes by position", [one.address, count(shifted)])
}

# Only the last one that goes is told.
is_less(root, one) if {
	some other in root.resources
	object.get(other, "counted", "") == one.counted
	other.change == "removed"
	other.index > one.index
}
