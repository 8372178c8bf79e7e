# METADATA
# title: Service account with a role that nothing makes
# description: A pod whose role does not exist starts, and fails at its first call of AWS.
# custom:
#   severity: error
#   group: access
#   scope: platform
#   target: [ServiceAccount.core]
#   joins: [ServiceAccount, aws_iam_role.terraform, terraform_root.terraform]
package portcullis.rules.role_that_nothing_makes

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.hidden
import data.portcullis.prelude.texts
import data.portcullis.prelude.trust
import data.portcullis.prelude.trust.holders
import data.portcullis.prelude.trust.key
import data.portcullis.prelude.trust.roles

at := ["metadata", "annotations", key]

name_at := array.concat(at, ["name"])

# Only where roots of the environment make roles for service accounts, and in no other account of AWS.
findings contains {"resource": holder.account.id, "at": name_at, "others": [nearest(holder)], "message": message} if {
	some holder in holders
	is_made_here
	is_near(holder)
	count(trust.of_name(holder)) == 0
	count(doubts(holder)) == 0
	message := sprintf("nothing in sight makes IAM role %s%s", [holder.name, meant(holder)])
}

# Nobody knows how a role is called, or what else is made.
findings contains {"resource": doubt.resource, "at": doubt.at, "message": message} if {
	some holder in holders
	is_made_here
	is_near(holder)
	count(trust.of_name(holder)) == 0
	some doubt in doubts(holder)
	message := sprintf("nobody knows whether IAM role %s is made", [holder.name])
}

# A role of that name, and of another ARN.
findings contains {"resource": holder.account.id, "at": array.concat(at, [faults[0].part]), "others": others, "message": message} if {
	some holder in holders
	of_name := trust.of_name(holder)
	faults := [fault | some role in of_name; fault := strays(holder, role)]
	count(faults) > 0
	count(faults) == count(of_name)
	others := [faults[0].other]
	message := sprintf("IAM role %s is made %s", [holder.name, faults[0].what])
}

strays(holder, role) := {"other": {"resource": role.id, "at": ["values", "path"]}, "part": "name", "what": what} if {
	path := object.get(role.resource, ["values", "path"], "/")
	is_string(path)
	path != holder.path
	what := sprintf("under the path %s, not %s", [path, holder.path])
} else := {"other": {"resource": role.id, "at": ["values", "name"]}, "part": "account", "what": what} if {
	number := trust.number(role)
	number != holder.number
	what := sprintf("in account %s, not %s", [number, holder.number])
}

is_made_here if {
	some role in roles
	infrastructure.is_told(role)
}

is_near(holder) if holder.number in numbers

is_near(_) if count(numbers) == 0

numbers := {trust.number(role) | some role in roles}

doubts(holder) := array.concat(hidden, [{"resource": role.id, "at": ["values", "name"]} |
	some role in roles
	texts.may_read(infrastructure.value(role, "name"), holder.name)
])

# What the role may be meant to be: the one that trusts the account, else any that is made for one.
nearest(holder) := {"resource": own[0], "at": ["values", "name"]} if {
	own := trusting(holder)
	count(own) > 0
} else := {"resource": roles[0].id, "at": ["values", "name"]}

trusting(holder) := [role.id | some role in roles; some one in trust.named(role); one.text == holder.subject]

meant(holder) := sprintf(": %s trusts the account", [role.name]) if {
	own := trusting(holder)
	count(own) > 0
	role := input.platform.resources[own[0]]
} else := ""
