# METADATA
# title: Administrator by a managed policy
# description: One stolen token is then the whole account.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_274
#     - checkov:CKV2_AWS_56
#   scope: resource
#   target: [aws_iam_role_policy_attachment.terraform, aws_iam_user_policy_attachment.terraform, aws_iam_group_policy_attachment.terraform, aws_iam_policy_attachment.terraform, aws_iam_role.terraform]
package portcullis.rules.administrator_policy

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

administrators := {"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}

findings contains {"at": ["values", "policy_arn"], "message": message} if {
	arn := object.get(values, "policy_arn", "")
	is_string(arn)
	parts := split(arn, "/")
	name := parts[count(parts) - 1]
	name in administrators
	message := sprintf("%s gives %s", [address, name])
}

findings contains {"at": ["values", "policy_arn"], "message": message} if {
	terraform.is_vague(object.get(values, "policy_arn", null))
	message := sprintf("%s gives what is not known", [address])
}

# The policies that a role has all at once.
findings contains {"at": ["values", "managed_policy_arns", i], "message": message} if {
	is_array(values.managed_policy_arns)
	some i, arn in values.managed_policy_arns
	is_string(arn)
	parts := split(arn, "/")
	name := parts[count(parts) - 1]
	name in administrators
	message := sprintf("%s gives %s", [address, name])
}
