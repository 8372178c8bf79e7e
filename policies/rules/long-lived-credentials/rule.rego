# METADATA
# title: Credentials that do not expire
# description: What leaks once works until somebody notices.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_273
#     - trivy:AWS-0143
#     - checkov:CKV_AWS_41
#   scope: resource
#   target: [aws_iam_access_key.terraform, terraform_root.terraform]
package portcullis.rules.long_lived_credentials

import data.portcullis.prelude.terraform.address

findings contains {"at": ["values"], "message": message} if {
	input.resource.kind == "aws_iam_access_key"
	message := sprintf("%s is a key that does not expire", [address])
}

findings contains {"at": ["settings", i, "values", "access_key"], "message": message} if {
	some i, setting in input.resource.settings
	setting.kind == "provider"
	key := object.get(setting, ["values", "access_key"], null)
	key != null
	message := sprintf("provider %s has an access key", [setting.label])
}
