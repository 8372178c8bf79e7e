# METADATA
# title: Nodes of a moving image
# description: A node class that takes the latest machine image replaces nodes of production on the day of its release, tried by nobody.
# custom:
#   severity: warning
#   group: placement
#   scope: resource
#   target: [EC2NodeClass]
package portcullis.rules.moving_node_image

terms := object.get(input.resource.spec, "amiSelectorTerms", [])

findings contains {"at": ["spec", "amiSelectorTerms", i, field], "message": message} if {
	some i, term in terms
	some field, reason in moves(term)
	message := sprintf("%s %s %s", [field, term[field], reason])
}

# The older version takes the latest image of a family where nothing else is said.
findings contains {"at": ["spec", "amiFamily"], "message": message} if {
	count(terms) == 0
	family := input.resource.spec.amiFamily
	family != "Custom"
	message := sprintf("amiFamily %s without amiSelectorTerms takes the latest image", [family])
}

moves(term) := {"alias": "takes the latest image"} if endswith(term.alias, "@latest")

else := {"alias": "takes the latest image"} if {
	term.alias
	not contains(term.alias, "@")
} else := {"ssmParameter": "takes the image that AWS recommends today"} if regex.match("(latest|recommended)", term.ssmParameter)

else := {"name": "takes the latest image of that pattern"} if regex.match("[*?]", term.name)
