# METADATA
# title: Bucket that is in one region
# description: What a whole region keeps is away while the region is.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - checkov:CKV_AWS_144
#   "off": A second region doubles what storage costs, and not every bucket is worth it; those who plan for the loss of a region turn it on.
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.bucket_in_one_region

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, bucket in terraform.managed("aws_s3_bucket")
	not bucket.values.replication_configuration
	missing := terraform.unlinked("aws_s3_bucket_replication_configuration", "bucket", address, 1)
	not is_copy(address)
	own := [["resources", address, "values", "replication_configuration"] | bucket.contract]
	at := array.concat(own, [missing])[0]
	message := sprintf("%s is in one region alone", [address])
}

# What is replicated to is a copy itself.
is_copy(address) if {
	some other in terraform.managed("aws_s3_bucket_replication_configuration")
	walk(object.get(other, ["values", "rule"], []), [_, value])
	terraform.names(value, address)
}
