# METADATA
# title: Administrator by a managed policy
# description: One stolen token is then the whole account.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_274
#     - checkov:CKV2_AWS_56
#   scope: resource
#   target: [aws_iam_role_policy_attachment.terraform, aws_iam_user_policy_attachment.terraform, aws_iam_group_policy_attachment.terraform, aws_iam_policy_attachment.terraform, aws_iam_role.terraform, terraform_root.terraform]
package portcullis.rules.administrator_policy

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.texts

administrators := {"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}

findings contains {"at": texts.settled(one.at, one.arn), "message": message} if {
	input.resource.kind != "terraform_root"
	some one in given(input.resource)
	names := {texts.tail(way) | some way in texts.ways(one.arn)}
	gives_all(one.arn)
	message := sprintf("%s gives %s", [address, concat(" or ", sort(names))])
}

findings contains {"at": one.at, "message": message} if {
	input.resource.kind != "terraform_root"
	some one in given(input.resource)
	may_give(one.arn)
	not gives_all(one.arn)
	message := sprintf("%s gives what is not known", [address])
}

# Policies that are looked up by their name.
findings contains {"at": array.concat(["resources", place], step), "message": message} if {
	some place, resource in object.get(input.resource, "resources", {})
	some one in given(resource)
	looked := looked_up(one.arn)
	name := object.get(input.resource, ["resources", looked, "values", "name"], {"$unknown": "it is looked up by something else"})
	terraform.may_be(name, administrators)
	step := [part | some part in one.at; terraform.is_unknown(name)]
	message := sprintf("%s gives %s", [place, said(name)])
}

# The policies that a resource gives: one, or those that a role has all at once.
given(resource) := array.concat(
	[{"at": ["values", "policy_arn"], "arn": arn} | arn := object.get(resource, ["values", "policy_arn"], null); arn != null],
	[{"at": array.concat(["values", "managed_policy_arns"], step), "arn": arn} |
		arns := object.get(resource, ["values", "managed_policy_arns"], [])
		some i, arn in terraform.listed(arns)
		step := [i | is_array(arns)]
	],
)

gives_all(arn) if {
	not looked_up(arn)
	others := [way | some way in texts.ways(arn); not is_administrator(way)]
	count(others) == 0
}

is_administrator(way) if texts.tail(way) in administrators

may_give(arn) if {
	not looked_up(arn)
	some way in texts.ways(arn)
	may_administer(way)
}

may_administer(way) if is_administrator(way)

# A policy of this root is none of AWS, whatever its ARN will be.
may_administer(way) if {
	not texts.tail(way)
	not is_made(way)
	some partition in ["aws", "aws-cn", "aws-us-gov"]
	some name in administrators
	texts.may_read(way, sprintf("arn:%s:iam::aws:policy/%s", [partition, name]))
}

is_made(way) if {
	object.get(way, "$pieces", []) == []
	endswith(object.get(way, "$unknown", ""), "is known after it is applied")
}

looked_up(arn) := object.get(arn, "$of", "") if regex.match(`(^|[.])data[.]aws_iam_policy[.]`, object.get(arn, "$of", ""))

said(name) := name if is_string(name)

else := "a policy whose name is not known"
