# METADATA
# title: Secret that is encrypted with a key of AWS
# description: Every role of the account that may read secrets may decrypt it.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV_AWS_149
#     - trivy:AWS-0098
#   scope: resource
#   target: [aws_secretsmanager_secret.terraform]
package portcullis.rules.secret_without_own_key

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values
import data.portcullis.prelude.texts

findings contains {"at": ["values", "kms_key_id"], "message": message} if {
	terraform.may_lack(object.get(values, "kms_key_id", ""))
	message := sprintf("%s is encrypted with a key of AWS: it has no kms_key_id", [address])
}

findings contains {"at": texts.settled(["values", "kms_key_id"], key), "message": message} if {
	key := object.get(values, "kms_key_id", "")
	endswith(texts.ending(key), "alias/aws/secretsmanager")
	message := sprintf("%s is encrypted with a key of AWS", [address])
}
