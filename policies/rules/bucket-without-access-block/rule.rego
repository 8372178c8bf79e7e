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

findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_s3_bucket")
	others := terraform.linked(block, "bucket", address)
	count([other | some other in others; is_whole(input.resource.resources[other]); terraform.is_beside(other, address)]) == 0
	unknown := sort([place | some other in others; some place in array.concat(unread(other), absent(other, address))])
	at := array.concat(unknown, [terraform.missing_at(block, "bucket", address)])[0]
	message := sprintf("%s has no public access block that is whole", [address])
}

switches := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]

absent(other, address) := [["resources", other] | not terraform.is_beside(other, address); is_whole(input.resource.resources[other])]

# What is not known of one that no switch makes half.
unread(other) := [["resources", other, "values", switch] |
	values := object.get(input.resource.resources[other], "values", {})
	count([1 | some switch in switches; not terraform.may_be(object.get(values, switch, false), {true, "true"})]) == 0
	some switch in switches
	terraform.is_unknown(object.get(values, switch, false))
]

is_whole(resource) if {
	count([switch | some switch in switches; terraform.is_true(object.get(resource, ["values", switch], false))]) == 4
}
