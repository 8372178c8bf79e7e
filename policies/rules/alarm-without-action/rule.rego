# METADATA
# title: Alarm that tells nobody
# description: An alarm without an action is a graph.
# custom:
#   severity: error
#   group: platform
#   like:
#     - checkov:CKV_AWS_319
#   scope: resource
#   target: [aws_cloudwatch_metric_alarm.terraform]
package portcullis.rules.alarm_without_action

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "alarm_actions"], "message": message} if {
	actions := object.get(values, "alarm_actions", [])
	terraform.may_be(actions, {[]})
	message := sprintf("%s tells nobody: it has no alarm_actions", [address])
}

findings contains {"at": ["values", "actions_enabled"], "message": message} if {
	enabled := object.get(values, "actions_enabled", true)
	terraform.may_be(enabled, {false, "false"})
	message := sprintf("%s tells nobody: its actions are switched off", [address])
}
