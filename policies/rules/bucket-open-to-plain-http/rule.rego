# METADATA
# title: Bucket that may be read without TLS
# description: Whoever is on the way reads what is sent.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_379
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.bucket_open_to_plain_http

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_s3_bucket")
	others := terraform.linked("aws_s3_bucket_policy", "bucket", address)
	count([other | some other in others; is_strict(input.resource.resources[other]); terraform.is_beside(other, address)]) == 0
	unknown := sort([place | some other in others; some place in array.concat(unread(other), absent(other, address))])
	at := array.concat(unknown, [terraform.missing_at("aws_s3_bucket_policy", "bucket", address)])[0]
	message := sprintf("%s may be read without TLS: no policy denies it", [address])
}

is_strict(policy) if {
	some statement in terraform.listed(object.get(policy, ["documents", "/policy", "Statement"], []))
	object.get(statement, "Effect", "") == "Deny"
	some test in ["Bool", "BoolIfExists"]
	said := object.get(statement, ["Condition", test, "aws:SecureTransport"], "")
	some value in terraform.listed(said)
	terraform.is_false(value)
}

absent(other, address) := [["resources", other] | not terraform.is_beside(other, address); is_strict(input.resource.resources[other])]

# Where what a policy says is not known: as a whole, or a statement, or what decides of it.
unread(other) := array.concat(whole, parts) if {
	policy := input.resource.resources[other]
	said := object.get(policy, ["documents", "/policy", "Statement"], [])
	whole := [["resources", other, "values", "policy"] | said == []; terraform.is_unknown(object.get(policy, ["values", "policy"], null))]
	parts := [array.concat(["resources", other, "documents", "/policy", "Statement"], array.concat(step, rest)) |
		some i, statement in terraform.listed(said)
		step := [i | is_array(said)]
		some rest in doubts(statement)
	]
}

doubts(statement) := [path |
	some path in [[], ["Effect"], ["Condition"], ["Condition", "Bool"], ["Condition", "Bool", "aws:SecureTransport"]]
	terraform.is_unknown(object.get(statement, path, null))
]
