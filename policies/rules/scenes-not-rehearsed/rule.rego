# METADATA
# title: Failures that nobody rehearses
# description: What was never tried does not work when it must.
# custom:
#   severity: warning
#   group: availability
#   "off": What is worth a rehearsal depends on what there is; it is for platforms that list their scenes.
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     actions: ["aws:network:disrupt-connectivity", "aws:ec2:send-spot-instance-interruptions", "aws:rds:reboot-db-instances"]
package portcullis.rules.scenes_not_rehearsed

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	templates := terraform.managed("aws_fis_experiment_template")
	first := sort([place | some place, _ in templates])[0]
	tried := {action | some template in templates; some one in terraform.blocks_of(template, "action"); action := object.get(one.block, "action_id", "")}
	missing := [action | some action in input.params.actions; not action in tried]
	count(missing) > 0
	unknown := sort([array.concat(["resources", place], at) | some place, template in templates; some at in terraform.unclear(template, "action", "action_id")])
	at := array.concat(unknown, [["resources", first]])[0]
	message := sprintf("nobody rehearses %s", [concat(", ", missing)])
}
