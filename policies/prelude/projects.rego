# What Argo CD takes in AppProjects: groups and policies of roles, schedules of sync windows.
package portcullis.prelude.projects

# A group of a role that Argo CD refuses: empty, with spaces around it, with a comma outside of quotes, or a sign that none may have.
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

# Why Argo CD refuses a policy of a role, by its parts; undefined where it takes it.
wrong_policy(parts, project, role) := "is not of the form p, subject, resource, action, object, effect" if not is_policy(parts)

else := sprintf("has subject %s, not proj:%s:%s", [parts[1], project, role]) if parts[1] != sprintf("proj:%s:%s", [project, role])

else := sprintf("is about %s, which no project decides about", [parts[2]]) if not parts[2] in resources

else := sprintf("has action %s, which there is none of", [parts[3]]) if not is_action(parts[3])

else := sprintf("has object %s, not %s/APPLICATION", [parts[4], project]) if not is_object_of(parts[4], project)

else := sprintf("has effect %s, not allow or deny", [parts[5]]) if not parts[5] in {"allow", "deny"}

resources := {"applications", "applicationsets", "clusters", "exec", "logs", "repositories"}

is_policy(parts) if {
	count(parts) == 6
	parts[0] == "p"
}

is_action(action) if action in {"*", "create", "delete", "get", "override", "sync", "update"}

is_action(action) if regex.match(`(action|delete|update)/`, action)

is_object_of(object, project) if {
	startswith(object, sprintf("%s/", [project]))
	regex.match(`^(/[*\w.-]+)?/[*\w.-]+$`, substring(object, count(project), -1))
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
