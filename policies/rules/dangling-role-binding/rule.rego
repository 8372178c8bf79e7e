# METADATA
# title: Role binding to what is not there
# description: A binding grants nothing as long as its Role or its account does not exist, and whatever somebody makes under that name later.
# custom:
#   severity: warning
#   group: access
#   scope: platform
#   target: [RoleBinding]
#   joins: [ClusterRole, Role, RoleBinding, ServiceAccount]
#   params:
#     known: [default, extension-apiserver-authentication-reader]
package portcullis.rules.dangling_role_binding

import data.portcullis.prelude.names
import data.portcullis.prelude.sight

findings contains {"resource": binding.id, "at": reference.at, "message": message} if {
	some binding in object.get(input.platform.kinds, "RoleBinding", [])
	some reference in binding.references
	count(reference.ids) == 0
	not reference.name in input.params.known
	not startswith(reference.name, "system:")
	not names.may_be(binding, reference)
	is_shown(binding, reference.kind)
	message := sprintf("nothing in sight makes %s %s", [reference.kind, reference.name])
}

with_accounts := sight.places(object.get(input.platform.kinds, "ServiceAccount", []))

# Accounts may belong to others: only where the application makes some there, one is missing. A role belongs to its binding.
is_shown(_, kind) if kind == "Role"

is_shown(binding, kind) if {
	kind == "ServiceAccount"
	sight.would_show(binding, with_accounts)
}
