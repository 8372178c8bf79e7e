# METADATA
# title: Secret that is not marked as sensitive
# description: Plans and logs print it.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.unmarked_secret

import data.portcullis.prelude.credentials

findings contains {"at": ["shown", i], "message": message} if {
	some i, shown in input.resource.shown
	parts := split(shown.name, ".")
	is_secret(parts[1])
	kind := {"var": "variable", "output": "output"}[parts[0]]
	message := sprintf("%s %s is not marked as sensitive", [kind, parts[1]])
}

is_secret(name) if credentials.is_password(name)

is_secret(name) if {
	credentials.is_key(name)
	not regex.match(`(?i)(encryption|signing|master)_?key$`, name)
}

is_secret(name) if credentials.is_token(name)
