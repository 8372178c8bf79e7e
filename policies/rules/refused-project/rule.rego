# METADATA
# title: Project that Argo CD refuses
# description: Nothing of its applications is synced until somebody mends it.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [AppProject.argoproj.io]
package portcullis.rules.refused_project

import data.portcullis.prelude.projects.is_bad_group
import data.portcullis.prelude.projects.wrong_policy

name := object.get(input.resource, ["metadata", "name"], "")

spec := object.get(input.resource, "spec", {})

roles := object.get(spec, "roles", [])

role_name := `^[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$`

findings contains {"at": ["spec", "destinations", i, field], "message": message} if {
	some i, destination in object.get(spec, "destinations", [])
	some field in ["name", "namespace", "server"]
	object.get(destination, field, "") == "!*"
	message := sprintf("%s !* of a destination forbids everything, which Argo CD refuses", [field])
}

findings contains {"at": ["spec", "destinations", i], "message": message} if {
	some i, destination in object.get(spec, "destinations", [])
	some j, other in spec.destinations
	j < i
	place(destination) == place(other)
	message := sprintf("destination %s is there twice, which Argo CD refuses", [place(destination)])
}

findings contains {"at": ["spec", field, i], "message": message} if {
	some field in ["sourceNamespaces", "sourceRepos"]
	some i, one in object.get(spec, field, [])
	some j, other in spec[field]
	j < i
	one == other
	message := sprintf("%v is in %s twice, which Argo CD refuses", [one, field])
}

findings contains {"at": ["spec", "sourceRepos", i], "message": "!* in sourceRepos forbids everything, which Argo CD refuses"} if {
	some i, one in object.get(spec, "sourceRepos", [])
	one == "!*"
}

findings contains {"at": ["spec", "roles", i, "name"], "message": message} if {
	some i, role in roles
	called := object.get(role, "name", "")
	not regex.match(role_name, called)
	message := sprintf("role %v has a name that is not of letters, digits, - and _", [object.get(role, "name", "")])
}

findings contains {"at": ["spec", "roles", i, "name"], "message": message} if {
	some i, role in roles
	some j, other in roles
	j < i
	object.get(role, "name", "") == object.get(other, "name", "")
	message := sprintf("role %v is there twice, which Argo CD refuses", [object.get(role, "name", "")])
}

findings contains {"at": ["spec", "roles", i, field, k], "message": message} if {
	some i, role in roles
	some field in ["groups", "policies"]
	some k, one in object.get(role, field, [])
	some l, other in role[field]
	l < k
	one == other
	message := sprintf("%v is in %s of role %v twice, which Argo CD refuses", [one, field, object.get(role, "name", "")])
}

findings contains {"at": ["spec", "roles", i, "groups", k], "message": message} if {
	some i, role in roles
	some k, group in object.get(role, "groups", [])
	is_bad_group(group)
	message := sprintf("group %v of role %v is empty, has a space around it or a sign that none may have, or a comma outside of quotes", [group, object.get(role, "name", "")])
}

# Source: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/#project-roles
findings contains {"at": ["spec", "roles", i, "policies", k], "message": message} if {
	some i, role in roles
	some k, policy in object.get(role, "policies", [])
	is_string(policy)
	parts := [trim(part, " ") | some part in split(policy, ",")]
	why := wrong_policy(parts, name, object.get(role, "name", ""))
	message := sprintf("policy %v of role %v %s", [policy, object.get(role, "name", ""), why])
}

# What Argo CD tells destinations apart by.
place(destination) := sprintf("%s/%s", [destination.name, object.get(destination, "namespace", "")]) if {
	object.get(destination, "server", "") == ""
	object.get(destination, "name", "") != ""
} else := sprintf("%s/%s", [object.get(destination, "server", ""), object.get(destination, "namespace", "")])
