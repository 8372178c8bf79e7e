# METADATA
# title: Key that is never rotated
# description: A key that leaks once opens everything that was ever encrypted with it.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_7
#     - trivy:AWS-0065
#   scope: resource
#   target: [aws_kms_key.terraform]
package portcullis.rules.key_without_rotation

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# Only symmetric keys for encryption can be rotated.
findings contains {"at": terraform.resting("enable_key_rotation", ["customer_master_key_spec", "key_usage"]), "message": message} if {
	terraform.may_be(object.get(values, "customer_master_key_spec", "SYMMETRIC_DEFAULT"), {"SYMMETRIC_DEFAULT"})
	terraform.may_be(object.get(values, "key_usage", "ENCRYPT_DECRYPT"), {"ENCRYPT_DECRYPT"})
	rotated := object.get(values, "enable_key_rotation", false)
	not terraform.is_true(rotated)
	message := sprintf("%s is never rotated", [address])
}
