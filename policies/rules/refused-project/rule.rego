# METADATA
# title: Project that Argo CD refuses
# description: Nothing of its applications is synced until somebody mends it.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [AppProject.argoproj.io]
package portcullis.rules.refused_project

name := object.get(input.resource, ["metadata", "name"], "")

spec := object.get(input.resource, "spec", {})

roles := object.get(spec, "roles", [])

windows := object.get(spec, "syncWindows", [])

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
	not regex.match(`^[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$`, object.get(role, "name", ""))
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
	why := wrong(parts, object.get(role, "name", ""))
	message := sprintf("policy %v of role %v %s", [policy, object.get(role, "name", ""), why])
}

findings contains {"at": ["spec", "syncWindows", i, "kind"], "message": message} if {
	some i, window in windows
	not object.get(window, "kind", "") in {"allow", "deny"}
	message := sprintf("a sync window's kind is allow or deny, and not %v", [object.get(window, "kind", "")])
}

findings contains {"at": ["spec", "syncWindows", i, "schedule"], "message": message} if {
	some i, window in windows
	not is_schedule(object.get(window, "schedule", ""))
	message := sprintf("%v is no schedule of five fields", [object.get(window, "schedule", "")])
}

findings contains {"at": ["spec", "syncWindows", i, "duration"], "message": message} if {
	some i, window in windows
	not regex.match(`^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`, object.get(window, "duration", ""))
	message := sprintf("%v is no duration such as 1h30m", [object.get(window, "duration", "")])
}

findings contains {"at": ["spec", "syncWindows", i], "message": message} if {
	some i, window in windows
	count([1 | some field in ["applications", "clusters", "namespaces"]; count(object.get(window, field, [])) > 0]) == 0
	message := "a sync window names no applications, namespaces or clusters, which Argo CD refuses"
}

findings contains {"at": ["spec", "syncWindows", i], "message": "a sync window is there twice, which Argo CD refuses"} if {
	some i, window in windows
	some j, other in windows
	j < i
	object.remove(window, ["description", "manualSync"]) == object.remove(other, ["description", "manualSync"])
}

findings contains {"at": ["spec", "syncWindows", i, "description"], "message": "the description of a sync window has more than 255 bytes"} if {
	some i, window in windows
	count(object.get(window, "description", "")) > 255
}

# What Argo CD tells destinations apart by.
place(destination) := sprintf("%s/%s", [destination.name, object.get(destination, "namespace", "")]) if {
	object.get(destination, "server", "") == ""
	object.get(destination, "name", "") != ""
} else := sprintf("%s/%s", [object.get(destination, "server", ""), object.get(destination, "namespace", "")])

is_bad_group(group) if not is_string(group)

is_bad_group(group) if trim_space(group) == ""

is_bad_group(group) if {
	count(group) > 1
	trim_space(group) != group
}

is_bad_group(group) if {
	not is_quoted(trim_space(group))
	regex.match(`[,"\n\r\t]`, trim_space(group))
}

is_bad_group(group) if {
	is_quoted(trim_space(group))
	regex.match(`["\n\r\t]`, substring(trim_space(group), 1, count(trim_space(group)) - 2))
}

is_quoted(group) if {
	count(group) > 1
	startswith(group, "\"")
	endswith(group, "\"")
}

wrong(parts, role) := "is not of the form p, subject, resource, action, object, effect" if not is_policy(parts)

else := sprintf("has subject %s, not proj:%s:%s", [parts[1], name, role]) if parts[1] != sprintf("proj:%s:%s", [name, role])

else := sprintf("is about %s, which no project decides about", [parts[2]]) if not parts[2] in resources

else := sprintf("has action %s, which there is none of", [parts[3]]) if not is_action(parts[3])

else := sprintf("has object %s, not %s/APPLICATION", [parts[4], name]) if not is_object_of(parts[4])

else := sprintf("has effect %s, not allow or deny", [parts[5]]) if not parts[5] in {"allow", "deny"}

resources := {"applications", "applicationsets", "clusters", "exec", "logs", "repositories"}

is_policy(parts) if {
	count(parts) == 6
	parts[0] == "p"
}

is_action(action) if action in {"*", "create", "delete", "get", "override", "sync", "update"}

is_action(action) if regex.match(`(action|delete|update)/`, action)

is_object_of(object) if {
	startswith(object, sprintf("%s/", [name]))
	regex.match(`^(/[*\w.-]+)?/[*\w.-]+$`, substring(object, count(name), -1))
}

# Five fields, perhaps with a time zone before them. Source: https://pkg.go.dev/github.com/robfig/cron/v3
is_schedule(text) if {
	fields := regex.split(`\s+`, trim_space(regex.replace(text, `^(CRON_)?TZ=\S+\s+`, "")))
	count(fields) == 5
	count([1 | some i, field in fields; not is_field(field, bounds[i])]) == 0
}

bounds := [
	{"from": 0, "to": 59, "names": []},
	{"from": 0, "to": 23, "names": []},
	{"from": 1, "to": 31, "names": []},
	{"from": 1, "to": 12, "names": ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]},
	{"from": 0, "to": 6, "names": ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]},
]

is_field(field, bound) if {
	parts := [part | some part in split(field, ","); part != ""]
	count([part | some part in parts; not is_part(part, bound)]) == 0
}

is_part(part, bound) if {
	range := split(part, "/")
	count(range) <= 2
	is_range(range[0], bound)
	count([step | some i, step in range; i > 0; not is_step(step)]) == 0
}

is_step(step) if {
	regex.match(`^[0-9]{1,9}$`, step)
	to_number(step) > 0
}

is_range(range, _) if range in {"*", "?"}

is_range(range, bound) if {
	ends := [value(one, bound) | some one in split(range, "-")]
	count(ends) == count(split(range, "-"))
	count(ends) <= 2
	ends[0] >= bound.from
	ends[count(ends) - 1] <= bound.to
	ends[0] <= ends[count(ends) - 1]
}

value(text, _) := to_number(text) if regex.match(`^[0-9]{1,9}$`, text)

value(text, bound) := i + bound.from if {
	some i, known in bound.names
	known == lower(text)
}
