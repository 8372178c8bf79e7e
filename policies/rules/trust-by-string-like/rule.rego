# METADATA
# title: Trust by StringLike where StringEquals is meant
# description: Whoever puts a wildcard into it one day opens the role, and no line of the trust looks wrong.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.trust_by_string_like

import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.tokens
import data.portcullis.prelude.tokens.of_others

# A trust with a wildcard is denied by another rule.
findings contains {"at": one.at, "message": message} if {
	some found in of_others
	all := array.concat(tokens.claims(found, ":sub"), tokens.claims(found, ":aud"))
	count([one | some one in all; tokens.is_wild(one)]) == 0
	some one in all
	endswith(one.operator, "StringLike")
	claim := regex.find_n(`[a-z]+$`, one.key, 1)[0]
	message := sprintf("%s compares %s by StringLike with a text without wildcards: StringEquals would be exact", [address, claim])
}
