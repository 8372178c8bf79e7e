# METADATA
# title: Role that any repository of an owner may take
# description: A repository that is made tomorrow, or one that few people look at, then deploys.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV_AWS_358
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.trust_in_any_repository

import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.texts
import data.portcullis.prelude.tokens
import data.portcullis.prelude.tokens.of_github

findings contains {"at": texts.settled(one.at, one.text), "message": message} if {
	some found in of_github
	some one in tokens.claims(found, ":sub")
	tokens.is_of_any_repository(one.text)
	message := sprintf("%s trusts workflows of every repository of %s", [address, owner(one.text)])
}

owner(subject) := split(trim_prefix(texts.beginning(subject), "repo:"), "/")[0]
