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
#   target: [aws_iam_policy.terraform, aws_iam_role_policy.terraform, aws_iam_user_policy.terraform, aws_iam_group_policy.terraform, aws_iam_role.terraform, aws_ssoadmin_permission_set_inline_policy.terraform]
package portcullis.rules.wildcard_iam_action

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.all_statements
import data.portcullis.prelude.texts

findings contains {"at": array.concat(found.at, step), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	actions := object.get(found.statement, "Action", [])
	some action in terraform.listed(actions)
	is_wide(action)

	# Where a part decides, the place of the whole is not known.
	step := [part | some part in ["Action"]; not terraform.is_unknown(actions)]
	message := sprintf("%s allows %s", [address, said(action)])
}

findings contains {"at": array.concat(found.at, ["Action"]), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	actions := object.get(found.statement, "Action", [])
	terraform.is_unknown(actions)
	not is_wide(actions)
	message := sprintf("%s allows actions that are not known", [address])
}

findings contains {"at": array.concat(found.at, ["Action", i]), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	actions := object.get(found.statement, "Action", [])
	is_array(actions)
	some i, action in actions
	terraform.is_unknown(action)
	not is_wide(action)
	message := sprintf("%s allows an action that is not known", [address])
}

findings contains {"at": array.concat(found.at, ["NotAction"]), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	object.get(found.statement, "NotAction", null) != null
	message := sprintf("%s allows everything but what NotAction names", [address])
}

# Signs alone, of which `?` stands for one letter: `*`, `s3:*`, `s3:**`, `s3:?*`.
is_wide(action) if {
	is_string(action)
	regex.match(signs, action)
}

is_wide(action) if {
	terraform.is_unknown(action)
	not is_of_people
	regex.match(`:[*?]*[*][*?]*$`, texts.ending(action))
}

# People may administer a service as a whole; all services are too much for them, too.
signs := `^([*?]+:)?[*?]*[*][*?]*$` if is_of_people

else := `^([^:]*:)?[*?]*[*][*?]*$`

is_of_people if input.resource.kind == "aws_ssoadmin_permission_set_inline_policy"

said(action) := action if is_string(action)

else := "every action of a service"

findings contains {"at": at, "message": message} if {
	some document in ["/policy", "/inline_policy"]
	some at in terraform.unread(document)
	message := sprintf("%s allows what is not known", [address])
}
