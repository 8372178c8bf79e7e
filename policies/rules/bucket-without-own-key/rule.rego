# METADATA
# title: Bucket that is encrypted with a key of AWS
# description: Nobody can take the key away from a single bucket, or say who used it.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_145
#     - trivy:AWS-0132
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.bucket_without_own_key

import data.portcullis.prelude.terraform

configuration := "aws_s3_bucket_server_side_encryption_configuration"

findings contains {"at": at, "message": message} if {
	some address, bucket in terraform.managed("aws_s3_bucket")
	not has_key(bucket, "server_side_encryption_configuration")
	others := terraform.linked(configuration, "bucket", address)
	encrypting := [other | some other in others; has_key(input.resource.resources[other], "rule")]
	count([other | some other in encrypting; terraform.is_beside(other, address)]) == 0
	places := [{"of": other, "name": "rule"} | some other in others]
	unknown := sort([place | some one in array.concat([{"of": address, "name": "server_side_encryption_configuration"}], places); some place in unread(one)])
	absent := sort([["resources", other] | some other in encrypting])
	at := array.concat(array.concat(absent, unknown), [terraform.missing_at(configuration, "bucket", address)])[0]
	message := sprintf("%s is not encrypted with a key of its own", [address])
}

# The blocks lie one below the other: of the bucket as providers before version 4 had it, or of a resource of its own.
has_key(resource, name) if {
	some path, value
	walk(object.get(resource, ["values", name], []), [path, value])
	path[count(path) - 1] == "sse_algorithm"
	value in {"aws:kms", "aws:kms:dsse"}
}

# The blocks, or the algorithm in them, that are not known.
unread(one) := [array.concat(["resources", one.of, "values", one.name], path) |
	walk(object.get(input.resource.resources[one.of], ["values", one.name], []), [path, value])
	terraform.is_unknown(value)
	decides(path)
]

decides(path) if is_number(path[count(path) - 1])

decides(path) if path == []

decides(path) if path[count(path) - 1] in {"rule", "apply_server_side_encryption_by_default", "sse_algorithm"}
