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
import data.portcullis.prelude.tokens
import data.portcullis.prelude.tokens.of_github

findings contains {"at": array.concat(found.at, ["Condition"]), "message": message} if {
	some found in of_github
	count(tokens.claims(found, ":sub")) == 0
	message := sprintf("%s trusts workflows of every repository on GitHub", [address])
}

findings contains {"at": array.concat(found.at, ["Condition"]), "message": message} if {
	some found in of_github
	some one in tokens.claims(found, ":sub")
	tokens.is_loose(one.text)
	message := sprintf("%s trusts workflows by %s, whatever ref they run on", [address, said(one.text)])
}

# The subjects that are not known.
findings contains {"at": one.at, "message": message} if {
	some found in of_github
	some one in tokens.claims(found, ":sub")
	terraform.is_unknown(one.text)
	not tokens.is_loose(one.text)
	message := sprintf("%s trusts workflows of repositories that are not known", [address])
}

said(subject) := subject if is_string(subject)

else := "a pattern"

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/assume_role_policy")
	message := sprintf("%s may be assumed by who is not known", [address])
}
