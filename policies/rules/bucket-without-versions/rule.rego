# METADATA
# title: Bucket without versions
# description: What is overwritten or deleted is gone.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV_AWS_21
#     - trivy:AWS-0090
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.bucket_without_versions

import data.portcullis.prelude.terraform

findings contains {"at": terraform.missing_at("aws_s3_bucket_versioning", "bucket", address), "message": message} if {
	some address, bucket in terraform.managed("aws_s3_bucket")
	not keeps(bucket)
	others := terraform.linked("aws_s3_bucket_versioning", "bucket", address)
	count([other | some other in others; is_on(input.resource.resources[other])]) == 0
	message := sprintf("%s keeps no versions", [address])
}

# As providers before version 4 have it.
keeps(bucket) if {
	some block in object.get(bucket, ["values", "versioning"], [])
	terraform.is_true(object.get(block, "enabled", false))
}

is_on(resource) if {
	some block in object.get(resource, ["values", "versioning_configuration"], [])
	terraform.may_be(object.get(block, "status", ""), {"Enabled"})
}
