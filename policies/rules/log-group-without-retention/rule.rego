# METADATA
# title: Log group that keeps logs forever
# description: What nobody deletes is paid for, and asked for by whoever sues.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_66
#   scope: resource
#   target: [aws_cloudwatch_log_group.terraform]
#   params:
#     days: 14
package portcullis.rules.log_group_without_retention

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "retention_in_days"], "message": message} if {
	days := object.get(values, "retention_in_days", 0)
	days in {0, "0"}
	message := sprintf("%s keeps logs forever", [address])
}

findings contains {"at": ["values", "retention_in_days"], "message": message} if {
	days := to_number(values.retention_in_days)
	days > 0
	days < input.params.days
	message := sprintf("%s keeps logs for less than %v days", [address, input.params.days])
}

findings contains {"at": ["values", "retention_in_days"], "message": message} if {
	terraform.is_unknown(object.get(values, "retention_in_days", null))
	message := sprintf("%s keeps logs for days that are not known", [address])
}
