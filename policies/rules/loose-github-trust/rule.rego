# METADATA
# title: Role that any workflow may take
# description: Whoever can push a branch, or make a repository, gets the role.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_358
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.loose_github_trust

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["Condition"]), "message": message} if {
	some found in of_github
	count(subjects(found.statement)) == 0
	count(unknown(found.statement)) == 0
	message := sprintf("%s trusts workflows of every repository on GitHub", [address])
}

findings contains {"at": array.concat(found.at, path), "message": message} if {
	some found in of_github
	some path in unknown(found.statement)
	message := sprintf("%s trusts workflows of repositories that are not known", [address])
}

# The subjects that are not known.
unknown(statement) := [path |
	some operator in ["StringEquals", "StringLike"]
	some key, value in object.get(statement, ["Condition", operator], {})
	endswith(key, ":sub")
	some i, subject in terraform.listed(value)
	terraform.is_unknown(subject)
	path := array.concat(["Condition", operator, key], [i | is_array(value)])
]

findings contains {"at": array.concat(found.at, ["Condition"]), "message": message} if {
	some found in of_github
	some subject in subjects(found.statement)
	is_loose(subject)
	message := sprintf("%s trusts workflows by %s, whatever ref they run on", [address, subject])
}

of_github := [found |
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	contains(json.marshal([object.get(found.statement, name, "") | some name in ["Principal", "Condition"]]), "token.actions.githubusercontent.com")
]

subjects(statement) := {subject |
	some operator in ["StringEquals", "StringLike"]
	some key, value in object.get(statement, ["Condition", operator], {})
	endswith(key, ":sub")
	some subject in terraform.listed(value)
	is_string(subject)
}

# repo:OWNER/NAME:REF: a wildcard in the owner or in what comes after the repository.
is_loose(subject) if not startswith(subject, "repo:")

is_loose(subject) if {
	parts := split(subject, ":")
	contains(split(parts[1], "/")[0], "*")
}

is_loose(subject) if {
	parts := split(subject, ":")
	contains(concat(":", array.slice(parts, 2, count(parts))), "*")
}

is_loose(subject) if count(split(subject, ":")) < 3

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/assume_role_policy")
	message := sprintf("%s may be assumed by who is not known", [address])
}
