# METADATA
# title: Image tags that may be moved
# description: What was tested under a tag need not be what runs under it.
# custom:
#   severity: error
#   group: images
#   like:
#     - checkov:CKV_AWS_51
#     - trivy:AWS-0031
#   scope: resource
#   target: [aws_ecr_repository.terraform]
package portcullis.rules.mutable_image_tags

import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "image_tag_mutability"], "message": message} if {
	mutability := object.get(values, "image_tag_mutability", "MUTABLE")
	not mutability in {"IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"}
	message := sprintf("tags in %s may be moved to other images", [address])
}
