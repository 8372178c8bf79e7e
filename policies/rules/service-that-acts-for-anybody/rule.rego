# METADATA
# title: Policy that lets a service act for any account
# description: Another customer of AWS may send that service to what is yours.
# custom:
#   severity: warning
#   group: access
#   "off": Modules that many take, as that of Karpenter, write such policies themselves; those who write their own turn it on.
#   scope: resource
#   target: [aws_sns_topic_policy.terraform, aws_sqs_queue_policy.terraform, aws_s3_bucket_policy.terraform, aws_sns_topic.terraform, aws_sqs_queue.terraform, aws_secretsmanager_secret_policy.terraform]
package portcullis.rules.service_that_acts_for_anybody

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.all_statements

findings contains {"at": array.concat(found.at, step), "message": message} if {
	some found in all_statements
	terraform.is_allow(found.statement)
	services := terraform.listed(object.get(found.statement, ["Principal", "Service"], []))
	count(services) > 0
	count([1 | some tests in object.get(found.statement, "Condition", {}); is_object(tests); some key, _ in tests; is_bound(key)]) == 0
	step := array.concat([["Condition"] | terraform.is_unknown(object.get(found.statement, "Condition", {}))], [["Principal", "Service"]])[0]
	message := sprintf("%s lets a service act for any account: no aws:SourceArn, no aws:SourceAccount", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/policy")
	message := sprintf("%s lets in who is not known", [address])
}

is_bound(key) if lower(key) in {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}
