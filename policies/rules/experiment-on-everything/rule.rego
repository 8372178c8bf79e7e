# METADATA
# title: Experiment on all that there is
# description: A rehearsal that takes every target down is an outage.
# custom:
#   severity: error
#   group: availability
#   scope: resource
#   target: [aws_fis_experiment_template.terraform]
#   params:
#     types: ["aws:ec2:instance", "aws:ec2:spot-instance", "aws:ecs:task", "aws:eks:nodegroup", "aws:eks:pod", "aws:rds:cluster", "aws:rds:db"]
package portcullis.rules.experiment_on_everything

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["selection_mode"]), "message": message} if {
	some found in terraform.blocks("target")
	object.get(found.block, "resource_type", "") in input.params.types
	terraform.may_be(object.get(found.block, "selection_mode", ""), {"ALL", "PERCENT(100)"})
	message := sprintf("%s strikes all of its targets at once", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unclear(input.resource, "target", "resource_type")
	message := sprintf("%s strikes targets that are not known", [address])
}
