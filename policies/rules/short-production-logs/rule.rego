# METADATA
# title: Logs of production that are gone too soon
# description: What a fraud of the last quarter looked like in the logs is asked for after the quarter.
# custom:
#   severity: warning
#   group: platform
#   scope: platform
#   target: [aws_cloudwatch_log_group.terraform]
#   joins: [aws_cloudwatch_log_group.terraform]
#   params:
#     days: 90
#     environments: [prod, production]
package portcullis.rules.short_production_logs

import data.portcullis.prelude.infrastructure

# What is kept forever is for another rule, and so is what nobody knows.
findings contains {"resource": group.id, "at": ["values", "retention_in_days"], "message": message} if {
	input.platform.environment in input.params.environments
	some group in infrastructure.made("aws_cloudwatch_log_group")
	infrastructure.is_told(group)
	days := to_number(infrastructure.value(group, "retention_in_days"))
	days > 0
	days < input.params.days
	message := sprintf("%s keeps logs of production for less than %v days", [group.name, input.params.days])
}
