# METADATA
# title: Template that lets debug containers through
# description: An ephemeral container comes by an UPDATE of its pod, so a policy that passes over updates never sees one.
# custom:
#   severity: warning
#   group: pods
#   scope: resource
#   target: [ConstraintTemplate.templates.gatekeeper.sh]
package portcullis.rules.unchecked_debug_containers

findings contains {"at": found.at, "message": message} if {
	some found in excluding
	message := sprintf("template %s passes over updates, by which kubectl debug adds containers", [input.resource.metadata.name])
}

# Texts that look at the operation of a request, of templates that look at containers and at no subresource.
excluding contains found if {
	some found in texts
	regex.match(`operation["\]]*\s*(==|=|!=|:=)\s*"(UPDATE|CREATE)"`, found.text)
	some other in texts
	regex.match(`\b(c|initC|ephemeralC)ontainers\b`, other.text)
	count([text | some text in texts; contains(text.text, "subResource")]) == 0
}

# The template itself, where it is asked about objects that come to be alone.
excluding contains {"at": ["spec", "targets", i, "operations"]} if {
	some i, target in input.resource.spec.targets
	count(target.operations) > 0
	count([operation | some operation in target.operations; operation in ["UPDATE", "*"]]) == 0
	some other in texts
	regex.match(`\b(c|initC|ephemeralC)ontainers\b`, other.text)
}

texts contains {"at": ["spec", "targets", i, "rego"], "text": target.rego} if some i, target in input.resource.spec.targets

texts contains {"at": ["spec", "targets", i, "libs", j], "text": text} if {
	some i, target in input.resource.spec.targets
	some j, text in target.libs
}

texts contains {"at": ["spec", "targets", i, "code", j, "source", "rego"], "text": code.source.rego} if {
	some i, target in input.resource.spec.targets
	some j, code in target.code
}

texts contains {"at": ["spec", "targets", i, "code", j, "source", "libs", k], "text": text} if {
	some i, target in input.resource.spec.targets
	some j, code in target.code
	some k, text in code.source.libs
}
