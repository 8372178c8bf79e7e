# METADATA
# title: Role of a project that may do everything
# description: Who may do everything in a project overrides what Git says, deletes it, or runs commands in its pods.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [AppProject.argoproj.io]
package portcullis.rules.wildcard_project_role

# A line is p, SUBJECT, RESOURCE, ACTION, OBJECT, EFFECT.
findings contains {"at": ["spec", "roles", i, "policies", j], "message": message} if {
	some i, role in object.get(input.resource, ["spec", "roles"], [])
	some j, line in role.policies
	words := [trim_space(word) | some word in split(line, ",")]
	count(words) == 6
	words[5] == "allow"
	wide := [field | some field, word in {"resources": words[2], "actions": words[3]}; word == "*"]
	count(wide) > 0
	message := sprintf("role %s has all %s", [object.get(role, "name", "without a name"), concat(" and ", wide)])
}
