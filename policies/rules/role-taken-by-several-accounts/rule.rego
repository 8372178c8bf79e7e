# METADATA
# title: Role that several service accounts take
# description: Each of them then has the permissions of all.
# custom:
#   severity: warning
#   group: access
#   scope: platform
#   target: [ServiceAccount.core]
#   joins: [ServiceAccount]
package portcullis.rules.role_taken_by_several_accounts

import data.portcullis.prelude.trust.holders
import data.portcullis.prelude.trust.key

# Told of all but the first, which the others are told to leave alone.
findings contains {"resource": holder.account.id, "at": ["metadata", "annotations", key], "others": others, "message": message} if {
	some holder in holders
	before := [other | some other in holders; is_before(other, holder)]
	count(before) > 0
	first := [other | some other in before; count([1 | some one in before; one.subject < other.subject]) == 0][0]
	others := [{"resource": first.account.id, "at": ["metadata", "annotations", key]}]
	who := sprintf("%s of namespace %s", [first.account.name, first.account.namespace])
	message := sprintf("IAM role %s is also taken by service account %s", [holder.name, who])
}

is_before(other, holder) if {
	[other.number, other.path, other.name] == [holder.number, holder.path, holder.name]
	other.subject < holder.subject
}
