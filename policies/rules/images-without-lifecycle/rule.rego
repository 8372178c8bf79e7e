# METADATA
# title: Images that nobody cleans up
# description: Old images cost money and keep their holes within reach.
# custom:
#   severity: warning
#   group: images
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.images_without_lifecycle

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_ecr_repository")
	at := terraform.unlinked("aws_ecr_lifecycle_policy", "repository", address, 1)
	message := sprintf("%s keeps every image forever", [address])
}
