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

findings contains {"at": at, "message": message} if {
	places := {log: place | some log in wanted; place := terraform.lacking(input.resource, "logs", log, {true, "true"})}
	missing := sort(object.keys(places))

	# A log that nobody keeps is told even where another one is not known.
	certain := [log | some log in missing; places[log] == ["values", "logs"]]
	unknown := [log | some log in missing; not log in certain]
	some said in [certain, unknown]
	count(said) > 0
	at := places[said[0]]
	message := sprintf("%s keeps no log: %s", [address, concat(", ", said)])
}
