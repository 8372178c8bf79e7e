# METADATA
# title: Images that nobody scans
# description: A known hole is found by somebody, sooner or later.
# custom:
#   severity: error
#   group: images
#   like:
#     - checkov:CKV_AWS_163
#     - trivy:AWS-0030
#   scope: resource
#   target: [aws_ecr_repository.terraform]
package portcullis.rules.unscanned_images

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": ["values", "image_scanning_configuration"], "message": message} if {
	count([found | some found in terraform.blocks("image_scanning_configuration"); scans(found.block)]) == 0
	message := sprintf("images in %s are not scanned when they are pushed", [address])
}

scans(block) if terraform.may_be(object.get(block, "scan_on_push", false), {true, "true"})
