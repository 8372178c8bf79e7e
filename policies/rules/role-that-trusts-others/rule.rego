# METADATA
# title: Role that does not trust its service account
# description: AWS refuses the token of the pod, which starts and fails at its first call.
# custom:
#   severity: error
#   group: access
#   scope: platform
#   target: [ServiceAccount.core]
#   joins: [ServiceAccount, aws_iam_role.terraform]
package portcullis.rules.role_that_trusts_others

import data.portcullis.prelude.texts
import data.portcullis.prelude.trust
import data.portcullis.prelude.trust.holders
import data.portcullis.prelude.trust.key

findings contains {"resource": holder.account.id, "at": ["metadata", "annotations", key, "name"], "others": others, "message": message} if {
	some holder in holders
	of_name := trust.of_name(holder)
	count(of_name) > 0
	count([role | some role in of_name; trust.lets_in(role, holder.subject)]) == 0
	others := array.slice([{"resource": role.id, "at": at} | some role in of_name; some at in places(role)], 0, 1)
	message := sprintf("IAM role %s trusts %s, not %s", [holder.name, trusted(of_name[0]), holder.subject])
}

# Nobody knows whom it trusts.
findings contains {"resource": role.id, "at": at, "message": message} if {
	some holder in holders
	some role in trust.of_name(holder)
	some at in unclear(role, holder.subject)
	message := sprintf("nobody knows whether %s trusts %s", [role.name, holder.subject])
}

unclear(role, subject) := array.concat(
	[["values", "assume_role_policy"] | trust.is_unread(role)],
	[one.at |
		count([one | some one in trust.named(role); is_certain(one, subject)]) == 0
		some one in trust.named(role)
		texts.may_read(one.text, subject)
	],
)

is_certain(one, subject) if {
	is_string(one.text)
	trust.covers(one, subject)
}

places(role) := array.concat([one.at | some one in trust.named(role)], [["values", "assume_role_policy"]])

trusted(role) := concat(", ", sort({one.text | some one in trust.named(role); is_string(one.text)})) if count(trust.named(role)) > 0

else := "no service account"
