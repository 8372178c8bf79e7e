# METADATA
# title: Image repository that is encrypted with a key of AWS
# description: Nobody can take the key away from a single repository.
# custom:
#   severity: warning
#   group: images
#   like:
#     - checkov:CKV_AWS_136
#     - trivy:AWS-0033
#   "off": It cannot be changed without making the repository anew; those who start afresh turn it on.
#   scope: resource
#   target: [aws_ecr_repository.terraform]
package portcullis.rules.repository_without_own_key

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": at, "message": message} if {
	at := terraform.lacking(input.resource, "encryption_configuration", "encryption_type", {"KMS", "KMS_DSSE"})
	message := sprintf("%s is not encrypted with a key of its own", [address])
}
