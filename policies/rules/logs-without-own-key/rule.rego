# METADATA
# title: Log group that is encrypted with a key of AWS
# description: Who may read logs may read what is in them.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_158
#     - trivy:AWS-0017
#   "off": CloudWatch encrypts logs by itself; those whose logs hold personal data turn it on.
#   scope: resource
#   target: [aws_cloudwatch_log_group.terraform]
package portcullis.rules.logs_without_own_key

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "kms_key_id"], "message": message} if {
	terraform.may_lack(object.get(values, "kms_key_id", ""))
	message := sprintf("%s is not encrypted with a key of its own", [address])
}
