# METADATA
# title: Bucket that may be made public
# description: One line in a policy or an ACL then opens it to the world.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV2_AWS_6
#     - checkov:CKV_AWS_53
#     - checkov:CKV_AWS_54
#     - checkov:CKV_AWS_55
#     - checkov:CKV_AWS_56
#     - trivy:AWS-0094
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.bucket_without_access_block

import data.portcullis.prelude.terraform

block := "aws_s3_bucket_public_access_block"

findings contains {"at": terraform.missing_at(block, "bucket", address), "message": message} if {
	some address, _ in terraform.managed("aws_s3_bucket")
	count([other | some other in terraform.linked(block, "bucket", address); is_whole(input.resource.resources[other])]) == 0
	message := sprintf("%s has no public access block that is whole", [address])
}

is_whole(resource) if {
	switches := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
	count([switch | some switch in switches; terraform.is_true(object.get(resource, ["values", switch], false))]) == 4
}
