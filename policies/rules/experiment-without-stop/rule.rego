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

findings contains {"at": ["values", "stop_condition"], "message": message} if {
	stops := terraform.blocks("stop_condition")
	count([found | some found in stops; object.get(found.block, "source", "none") != "none"]) == 0
	message := sprintf("%s goes on whatever breaks: no alarm stops it", [address])
}
