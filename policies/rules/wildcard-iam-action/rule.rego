# METADATA
# title: Permission for every action of a service
# description: Whoever takes over the role may do what nobody thought of, and what AWS adds next year.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_62
#     - checkov:CKV_AWS_63
#     - trivy:AWS-0057
#   scope: resource
#   target: [aws_iam_policy.terraform, aws_iam_role_policy.terraform, aws_iam_user_policy.terraform, aws_iam_group_policy.terraform, aws_iam_role.terraform]
package portcullis.rules.wildcard_iam_action

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.all_statements

findings contains {"at": array.concat(found.at, ["Action"]), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	some action in terraform.listed(object.get(found.statement, "Action", []))
	is_wide(action)
	message := sprintf("%s allows %s", [address, action])
}

findings contains {"at": array.concat(found.at, ["Action"]), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	actions := object.get(found.statement, "Action", [])
	terraform.is_unknown(actions)
	message := sprintf("%s allows actions that are not known", [address])
}

findings contains {"at": array.concat(found.at, ["Action", i]), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	actions := object.get(found.statement, "Action", [])
	is_array(actions)
	some i, action in actions
	terraform.is_unknown(action)
	message := sprintf("%s allows an action that is not known", [address])
}

findings contains {"at": array.concat(found.at, ["NotAction"]), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	object.get(found.statement, "NotAction", null) != null
	message := sprintf("%s allows everything but what NotAction names", [address])
}

is_wide(action) if action == "*"

is_wide(action) if {
	is_string(action)
	endswith(action, ":*")
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/policy")
	message := sprintf("%s allows what is not known", [address])
}
