# METADATA
# title: Table that is encrypted with a key of AWS
# description: Nobody can take the key away, or say who used it.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_119
#   scope: resource
#   target: [aws_dynamodb_table.terraform]
package portcullis.rules.table_without_own_key

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": at, "message": message} if {
	count([1 | some found in terraform.blocks("server_side_encryption"); is_own(found.block)]) == 0
	unknown := [place | some field in ["enabled", "kms_key_arn"]; some place in terraform.unclear(input.resource, "server_side_encryption", field)]
	at := array.concat(unknown, [["values", "server_side_encryption"]])[0]
	message := sprintf("%s is not encrypted with a key of its own", [address])
}

is_own(block) if {
	terraform.is_true(object.get(block, "enabled", false))
	key := object.get(block, "kms_key_arn", "")
	not terraform.may_lack(key)
}
