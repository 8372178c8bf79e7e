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
#   target: [aws_iam_policy.terraform, aws_iam_role_policy.terraform, aws_iam_user_policy.terraform, aws_iam_group_policy.terraform, aws_iam_role.terraform]
package portcullis.rules.iam_privilege_escalation

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.all_statements

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
	is_string(action)
	lower(action) in dangerous
	at := array.concat(found.at, array.concat(["Action"], [i | is_array(actions)]))
	message := sprintf("%s allows %s on everything, which gives any permission", [address, action])
}

# Actions of which nobody knows.
findings contains {"at": array.concat(found.at, ["Action"]), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	object.get(found.statement, "Principal", null) == null
	object.get(found.statement, "Condition", {}) == {}
	"*" in terraform.listed(object.get(found.statement, "Resource", []))
	actions := object.get(found.statement, "Action", [])
	terraform.is_unknown(actions)
	message := sprintf("%s allows on everything what is not known", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/policy")
	message := sprintf("%s allows what is not known", [address])
}
