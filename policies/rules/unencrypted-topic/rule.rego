# METADATA
# title: Topic whose messages are not encrypted
# description: What alarms and events say lies readable until it is delivered.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_26
#     - trivy:AWS-0095
#   scope: resource
#   target: [aws_sns_topic.terraform]
package portcullis.rules.unencrypted_topic

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "kms_master_key_id"], "message": message} if {
	terraform.may_lack(object.get(values, "kms_master_key_id", ""))
	message := sprintf("%s is not encrypted: it has no kms_master_key_id", [address])
}
