# METADATA
# title: Object without a team
# description: Nobody knows whom to call when it fails.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: pod
package portcullis.rules.missing_team

import data.acme.teams

findings contains {"at": ["metadata", "name"], "message": message} if {
	not teams.of(input.resource)
	message := sprintf("%s %s has no team", [input.resource.kind, input.resource.metadata.name])
}
