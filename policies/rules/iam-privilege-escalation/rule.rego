# METADATA
# title: Permission to give oneself more permissions
# description: Whoever takes over the role is administrator a minute later.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_110
#     - checkov:CKV_AWS_286
#     - trivy:AWS-0342
#   scope: resource
#   target: [aws_iam_policy.terraform, aws_iam_role_policy.terraform, aws_iam_user_policy.terraform, aws_iam_group_policy.terraform, aws_iam_role.terraform, aws_ssoadmin_permission_set_inline_policy.terraform]
package portcullis.rules.iam_privilege_escalation

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.all_statements
import data.portcullis.prelude.texts

# The ways are those of Rhino Security Labs' list of privilege escalation in AWS that take one permission.
dangerous := {
	"iam:passrole", "iam:createpolicyversion", "iam:setdefaultpolicyversion", "iam:attachuserpolicy", "iam:attachgrouppolicy",
	"iam:attachrolepolicy", "iam:putuserpolicy", "iam:putgrouppolicy", "iam:putrolepolicy", "iam:addusertogroup",
	"iam:updateassumerolepolicy", "iam:createaccesskey", "iam:createloginprofile", "iam:updateloginprofile",
}

findings contains {"at": at, "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	object.get(found.statement, "Principal", null) == null
	object.get(found.statement, "Condition", {}) == {}
	"*" in terraform.listed(object.get(found.statement, "Resource", []))
	actions := object.get(found.statement, "Action", [])
	some i, action in terraform.listed(actions)
	is_dangerous(action)
	at := array.concat(found.at, array.concat(["Action"], [i | is_array(actions)]))
	message := sprintf("%s allows %s on everything, which gives any permission", [address, action])
}

# A pattern counts as what it reaches; what all actions of a service are is for another rule.
is_dangerous(action) if {
	is_string(action)
	not endswith(action, ":*")
	some one in dangerous
	glob.match(lower(action), null, one)
}

# Actions of which nobody knows.
findings contains {"at": at, "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	object.get(found.statement, "Principal", null) == null
	object.get(found.statement, "Condition", {}) == {}
	"*" in terraform.listed(object.get(found.statement, "Resource", []))
	actions := object.get(found.statement, "Action", [])
	some i, action in terraform.listed(actions)
	may_be_dangerous(action)
	at := array.concat(found.at, array.concat(["Action"], [i | is_array(actions)]))
	message := sprintf("%s allows on everything what is not known", [address])
}

findings contains {"at": at, "message": message} if {
	some document in ["/policy", "/inline_policy"]
	some at in terraform.unread(document)
	message := sprintf("%s allows what is not known", [address])
}

may_be_dangerous(action) if {
	terraform.is_unknown(action)
	not texts.beginning(action)
}

may_be_dangerous(action) if {
	terraform.is_unknown(action)
	startswith(lower(texts.beginning(action)), "iam:")
}
