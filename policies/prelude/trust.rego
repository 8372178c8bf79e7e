# Roles that service accounts take: which of them accounts name, and which accounts their trust names.
package portcullis.prelude.trust

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.terraform
import data.portcullis.prelude.texts

key := "eks.amazonaws.com/role-arn"

policy := "/assume_role_policy"

# The service accounts that name a role, each with the parts of its ARN.
holders := [{"account": account, "number": found[1], "path": found[2], "name": found[3], "subject": subject} |
	some account in infrastructure.objects("ServiceAccount")
	account.group == ""
	arn := object.get(account.resource, ["metadata", "annotations", key], null)
	is_string(arn)
	some found in regex.find_all_string_submatch_n(`^arn:aws[a-z-]*:iam::([0-9]{12}):role(/|/[!-~]*/)([^/]+)$`, arn, 1)
	subject := sprintf("system:serviceaccount:%s:%s", [account.namespace, account.name])
]

# The roles that are made for service accounts, or may be, as nobody knows whom they trust.
roles := [role |
	some role in infrastructure.made("aws_iam_role")
	is_for_accounts(role)
]

is_for_accounts(role) if count(statements(role)) > 0

is_for_accounts(role) if is_unread(role)

# Nobody knows whom it trusts.
is_unread(role) if terraform.is_unknown(unread(role))

unread(role) := infrastructure.value(role, "assume_role_policy") if object.get(role.resource, ["documents", policy], null) == null

# The statements of its trust that let service accounts in.
statements(role) := [found |
	some found in terraform.statements_of(role.resource, policy)
	terraform.is_allow(found.statement)
	"sts:AssumeRoleWithWebIdentity" in terraform.listed(object.get(found.statement, "Action", []))
	not is_strange(found)
]

# It is about other subjects than service accounts, as those of a pipeline.
is_strange(found) if {
	all := subjects(found)
	count(all) > 0
	count([one | some one in all; may_be_account(one.text)]) == 0
}

may_be_account(text) if {
	is_string(text)
	regex.match(`^(system:|\*)`, text)
}

may_be_account(text) if terraform.is_unknown(text)

# What a statement says of the account, with its places.
subjects(found) := [{"at": at, "operator": operator, "text": text} |
	some operator, conditions in object.get(found.statement, "Condition", {})
	is_object(conditions)
	some name, value in conditions
	endswith(name, ":sub")
	some i, text in terraform.listed(value)
	at := array.concat(found.at, array.concat(["Condition", operator, name], [i | is_array(value)]))
]

# All that its trust says of accounts.
named(role) := [subject | some found in statements(role); some subject in subjects(found)]

# A role lets an account in, or may.
lets_in(role, _) if is_unread(role)

lets_in(role, _) if {
	some found in statements(role)
	count(subjects(found)) == 0
}

lets_in(role, subject) if {
	some one in named(role)
	covers(one, subject)
}

covers(one, subject) if one.text == subject

covers(one, subject) if {
	contains(one.operator, "Like")
	is_string(one.text)
	glob.match(one.text, null, subject)
}

covers(one, subject) if {
	contains(one.operator, "IgnoreCase")
	is_string(one.text)
	lower(one.text) == lower(subject)
}

covers(one, _) if contains(one.operator, "Not")

covers(one, subject) if texts.may_read(one.text, subject)

# The roles of the name that an account gives.
of_name(holder) := [role |
	some role in infrastructure.made("aws_iam_role")
	infrastructure.value(role, "name") == holder.name
]

# The account of AWS that a role is in: that of the provider whose tokens it takes.
number(role) := numbers[0] if {
	numbers := [found[1] |
		some statement in statements(role)
		some whose in terraform.listed(object.get(statement.statement, ["Principal", "Federated"], []))
		some found in regex.find_all_string_submatch_n(`^arn:aws[a-z-]*:iam::([0-9]{12}):`, begun(whose), 1)
	]
	count(numbers) > 0
}

begun(text) := text if is_string(text)

begun(text) := first if {
	first := object.get(text, ["$pieces", 0], null)
	is_string(first)
}
