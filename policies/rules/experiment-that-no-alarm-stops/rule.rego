# METADATA
# title: Experiment with an alarm that nothing makes
# description: An experiment whose alarm does not exist is not started, or goes on whatever breaks.
# custom:
#   severity: error
#   group: availability
#   scope: platform
#   target: [aws_fis_experiment_template.terraform]
#   joins: [aws_cloudwatch_metric_alarm.terraform, terraform_root.terraform]
package portcullis.rules.experiment_that_no_alarm_stops

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.hidden
import data.portcullis.prelude.terraform
import data.portcullis.prelude.texts

# Only where alarms are made in sight: else who makes them is elsewhere.
findings contains {"resource": stop.template.id, "at": stop.at, "others": others, "message": message} if {
	some stop in stops
	count(alarms) > 0
	count(naming(stop)) == 0
	count(hidden) == 0
	others := [{"resource": alarms[0].id, "at": ["values", "alarm_name"]}]
	message := sprintf("%s is to be stopped by alarm %s, which nothing in sight makes", [stop.template.name, stop.alarm])
}

# Nobody knows how an alarm is called, or what else is made.
findings contains {"resource": doubt.resource, "at": doubt.at, "message": message} if {
	some stop in stops
	count(alarms) > 0
	count([alarm | some alarm in naming(stop); infrastructure.value(alarm, "alarm_name") == stop.alarm]) == 0
	some doubt in array.concat(hidden, [{"resource": alarm.id, "at": ["values", "alarm_name"]} | some alarm in naming(stop)])
	message := sprintf("nobody knows whether alarm %s is made", [stop.alarm])
}

alarms := infrastructure.made("aws_cloudwatch_metric_alarm")

naming(stop) := [alarm |
	some alarm in alarms
	may_be_called(infrastructure.value(alarm, "alarm_name"), stop.alarm)
]

may_be_called(name, wanted) if name == wanted

may_be_called(name, wanted) if texts.may_read(name, wanted)

# The alarms that stop experiments, by the ARNs that are written down.
stops := [{"template": template, "at": at, "alarm": found[1]} |
	some template in infrastructure.made("aws_fis_experiment_template")
	infrastructure.is_told(template)
	some one in terraform.blocks_of(template.resource, "stop_condition")
	object.get(one.block, "source", "") == "aws:cloudwatch:alarm"
	arn := object.get(one.block, "value", null)
	is_string(arn)
	some found in regex.find_all_string_submatch_n(`^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:[0-9]{12}:alarm:(.+)$`, arn, 1)
	at := array.concat(one.at, ["value"])
]
