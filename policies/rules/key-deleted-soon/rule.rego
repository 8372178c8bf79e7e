# METADATA
# title: Key that is gone within a few days
# description: What was encrypted with it is lost with it.
# custom:
#   severity: warning
#   group: availability
#   scope: resource
#   target: [aws_kms_key.terraform]
#   params:
#     days: 30
package portcullis.rules.key_deleted_soon

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "deletion_window_in_days"], "message": message} if {
	days := values.deletion_window_in_days
	is_number(days)
	days < input.params.days
	message := sprintf("%s is gone %v days after somebody deletes it, fewer than %v", [address, days, input.params.days])
}

findings contains {"at": ["values", "deletion_window_in_days"], "message": message} if {
	terraform.is_unknown(object.get(values, "deletion_window_in_days", null))
	message := sprintf("%s is gone after days that are not known", [address])
}
