# METADATA
# title: Permission to change every resource
# description: Whoever takes over the role reaches what belongs to others.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV_AWS_111
#     - checkov:CKV_AWS_290
#     - checkov:CKV_AWS_355
#     - checkov:CKV_AWS_356
#   "off": Which actions take a resource at all is a table of AWS that changes every week; those who read what is found turn it on.
#   scope: resource
#   target: [aws_iam_policy.terraform, aws_iam_role_policy.terraform, aws_iam_user_policy.terraform, aws_iam_group_policy.terraform, aws_iam_role.terraform, aws_ssoadmin_permission_set_inline_policy.terraform]
#   params:
#     anywhere: [cloudwatch:PutMetricData, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, logs:CreateLogGroup, xray:PutTraceSegments, xray:PutTelemetryRecords]
package portcullis.rules.wildcard_iam_resource

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.all_statements
import data.portcullis.prelude.texts

findings contains {"at": array.concat(found.at, ["Resource"]), "message": message} if {
	# A permissions boundary says what others may be allowed at most.
	not contains(lower(address), "boundary")
	some found in all_statements
	terraform.is_allow(found.statement)
	object.get(found.statement, "Principal", null) == null
	object.get(found.statement, "Condition", {}) == {}
	"*" in terraform.listed(object.get(found.statement, "Resource", []))
	changing := [texts.beginning(action) | some action in terraform.listed(object.get(found.statement, "Action", [])); changes(action)]
	count(changing) > 0
	message := sprintf("%s allows %s on everything", [address, concat(", ", changing)])
}

# Actions that change things, on what is not known.
findings contains {"at": at, "message": message} if {
	not contains(lower(address), "boundary")
	some found in all_statements
	terraform.is_allow(found.statement)
	object.get(found.statement, "Principal", null) == null
	object.get(found.statement, "Condition", {}) == {}
	count([action | some action in terraform.listed(object.get(found.statement, "Action", [])); changes(action)]) > 0
	resources := object.get(found.statement, "Resource", [])
	some i, resource in terraform.listed(resources)
	texts.may_turn(resource, "*")
	at := array.concat(found.at, array.concat(["Resource"], [i | is_array(resources)]))
	message := sprintf("%s allows what changes things on what is not known", [address])
}

findings contains {"at": at, "message": message} if {
	some document in ["/policy", "/inline_policy"]
	some at in terraform.unread(document)
	message := sprintf("%s allows what is not known", [address])
}

# What an action does stands where it begins.
changes(action) if {
	regex.match(`(?i)^[a-z0-9-]+:(Create|Delete|Put|Update|Modify|Attach|Detach|Terminate|Stop|Reboot|Write|Remove|Set|Send|Publish|Decrypt|GetObject|GetSecretValue)`, texts.beginning(action))
	not action in input.params.anywhere
}
