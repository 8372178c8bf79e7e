# METADATA
# title: Experiment that nothing stops
# description: An experiment that goes wrong is an outage of one's own making.
# custom:
#   severity: error
#   group: availability
#   scope: resource
#   target: [aws_fis_experiment_template.terraform]
package portcullis.rules.experiment_without_stop

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": at, "message": message} if {
	at := terraform.lacking(input.resource, "stop_condition", "source", {"aws:cloudwatch:alarm"})
	message := sprintf("%s goes on whatever breaks: no alarm stops it", [address])
}
