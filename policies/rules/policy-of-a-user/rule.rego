# METADATA
# title: Permissions of a single user
# description: Who changes his team keeps what he had.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV_AWS_40
#     - trivy:AWS-0143
#   scope: resource
#   target: [aws_iam_user_policy.terraform, aws_iam_user_policy_attachment.terraform, aws_iam_policy_attachment.terraform]
package portcullis.rules.policy_of_a_user

import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "user"], "message": message} if {
	input.resource.kind != "aws_iam_policy_attachment"
	message := sprintf("%s gives permissions to a user, not to a role or group", [address])
}

findings contains {"at": ["values", "users"], "message": message} if {
	object.get(values, "users", []) != []
	message := sprintf("%s gives permissions to users, not to a role or group", [address])
}
