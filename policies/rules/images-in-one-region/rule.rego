# METADATA
# title: Images that are in one region
# description: A region that is away takes along what every other one must start from.
# custom:
#   severity: warning
#   group: availability
#   "off": Few platforms plan for the loss of a region; those that do turn it on.
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.images_in_one_region

import data.portcullis.prelude.terraform

findings contains {"at": ["resources", first], "message": message} if {
	repositories := terraform.managed("aws_ecr_repository")
	first := sort([place | some place, _ in repositories])[0]
	count(terraform.managed("aws_ecr_replication_configuration")) == 0
	message := sprintf("%s and what is beside it are in one region alone", [first])
}

findings contains {"at": ["resources", place], "message": message} if {
	count(terraform.managed("aws_ecr_repository")) > 0
	some place, configuration in terraform.managed("aws_ecr_replication_configuration")
	object.get(configuration, "existence", "certain") != "certain"
	message := sprintf("%s may not be there", [place])
}
