# METADATA
# title: Topic that reaches one channel
# description: An alarm that nobody sees fired for nobody.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     channels: 2
package portcullis.rules.topic_with_one_channel

import data.portcullis.prelude.terraform

# Only topics that alarms are sent to.
findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_sns_topic")
	is_for_alarms(address)
	at := terraform.unlinked("aws_sns_topic_subscription", "topic_arn", address, input.params.channels - count(chats(address)))
	message := sprintf("%s reaches fewer than %v channels", [address, input.params.channels])
}

# What AWS itself writes into a chat.
chats(address) := {place |
	some type in ["aws_chatbot_slack_channel_configuration", "aws_chatbot_teams_channel_configuration"]
	some place, chat in terraform.managed(type)
	some topic in terraform.listed(object.get(chat, ["values", "sns_topic_arns"], []))
	terraform.names(topic, address)
}

is_for_alarms(address) if {
	some alarm in terraform.managed("aws_cloudwatch_metric_alarm")
	some action in terraform.listed(object.get(alarm, ["values", "alarm_actions"], []))
	terraform.names(action, address)
}

# The topic says it by its name where the alarms are in another root.
is_for_alarms(address) if contains(address, "alarm")
