# METADATA
# title: Administrator by a managed policy
# description: One stolen token is then the whole account.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_274
#   scope: resource
#   target: [aws_iam_role_policy_attachment.terraform, aws_iam_user_policy_attachment.terraform, aws_iam_group_policy_attachment.terraform]
package portcullis.rules.administrator_policy

import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "policy_arn"], "message": message} if {
	arn := object.get(values, "policy_arn", "")
	is_string(arn)
	parts := split(arn, "/")
	name := parts[count(parts) - 1]
	name in {"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}
	message := sprintf("%s gives %s", [address, name])
}
