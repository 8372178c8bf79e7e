# METADATA
# title: Broker whose logs go nowhere
# description: Nobody can say afterwards which message was lost, or who logged on.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_197
#     - checkov:CKV_AWS_48
#     - trivy:AWS-0070
#     - trivy:AWS-0071
#   scope: resource
#   target: [aws_mq_broker.terraform]
package portcullis.rules.broker_without_logs

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# RabbitMQ has no audit log.
wanted := ["general"] if lower(object.get(values, "engine_type", "")) == "rabbitmq"

else := ["audit", "general"]

findings contains {"at": ["values", "logs"], "message": message} if {
	logs := object.get(values, "logs", [])
	not terraform.is_unknown(logs)
	missing := [log | some log in wanted; count([1 | some block in logs; is_kept(object.get(block, log, false))]) == 0]
	count(missing) > 0
	message := sprintf("%s keeps no log: %s", [address, concat(", ", missing)])
}

is_kept(switch) if terraform.may_be(switch, {true, "true"})
