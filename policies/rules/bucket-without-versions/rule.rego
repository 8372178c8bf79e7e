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

findings contains {"at": at, "message": message} if {
	some address, bucket in terraform.managed("aws_s3_bucket")

	# As providers before version 4 have it, or as a resource of its own.
	not terraform.has(bucket, "versioning", "enabled", {true, "true"})
	others := terraform.linked("aws_s3_bucket_versioning", "bucket", address)
	on := [other | some other in others; is_on(input.resource.resources[other])]
	count([other | some other in on; terraform.is_beside(other, address)]) == 0
	old := [array.concat(["resources", address], place) | some place in terraform.unclear(bucket, "versioning", "enabled")]
	unknown := sort([array.concat(["resources", other], place) | some other in others; some place in unread(input.resource.resources[other])])
	absent := sort([["resources", other] | some other in on])
	at := array.concat(array.concat(absent, array.concat(old, unknown)), [terraform.missing_at("aws_s3_bucket_versioning", "bucket", address)])[0]
	message := sprintf("%s keeps no versions", [address])
}

is_on(resource) if terraform.has(resource, "versioning_configuration", "status", {"Enabled"})

unread(resource) := terraform.unclear(resource, "versioning_configuration", "status")
