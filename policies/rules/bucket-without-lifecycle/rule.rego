# METADATA
# title: Bucket that keeps every version forever
# description: Versions of what was long replaced or deleted are paid for until somebody looks.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV2_AWS_61
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.bucket_without_lifecycle

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, bucket in terraform.managed("aws_s3_bucket")
	is_versioned(address)
	not bucket.values.lifecycle_rule
	missing := terraform.unlinked("aws_s3_bucket_lifecycle_configuration", "bucket", address, 1)

	# What a contract makes may have it all the same.
	own := [["resources", address, "values", "lifecycle_rule"] | bucket.contract]
	at := array.concat(own, [missing])[0]
	message := sprintf("%s keeps every version forever: no lifecycle configuration names it", [address])
}

is_versioned(address) if {
	some other in terraform.linked("aws_s3_bucket_versioning", "bucket", address)
	terraform.has(input.resource.resources[other], "versioning_configuration", "status", {"Enabled"})
}
