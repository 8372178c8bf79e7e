# Whom a statement of a policy is for.
package portcullis.prelude.principals

import data.portcullis.prelude.terraform
import data.portcullis.prelude.texts

# Where it is not known for whom a statement is.
vague(found) := array.concat(whole, parts) if {
	principal := object.get(found.statement, "Principal", {})
	whole := [array.concat(found.at, ["Principal"]) | terraform.is_unknown(principal)]
	parts := [array.concat(found.at, array.concat(["Principal", "AWS"], [i | is_array(principal.AWS)])) |
		is_object(principal)
		some i, name in terraform.listed(object.get(principal, "AWS", []))
		texts.may_turn(name, "*")
	]
}

# A principal that stands for everybody.
is_anybody(principal) if principal == "*"

is_anybody(principal) if {
	is_object(principal)
	"*" in terraform.listed(object.get(principal, "AWS", []))
}
