# METADATA
# title: Too much of the infrastructure changes at once
# description: Whoever reviews hundreds of resources, or several layers together, looks at none of them well, and it goes back only as a whole.
# custom:
#   severity: warning
#   group: delivery
#   scope: change
#   params:
#     resources: 50
#     deletions: 5
#     roots: 2
package portcullis.rules.wide_terraform_change

findings contains {"root": first, "message": message} if {
	some environment in environments
	some [what, amount, most] in [
		["resources", count(touched(environment)), input.params.resources],
		["resources that go", count(going(environment)), input.params.deletions],
		["roots", count(reached(environment)), input.params.roots],
	]
	amount > most
	first := min(reached(environment))
	message := sprintf("one change reaches %d %s of %s, more than %d", [amount, what, named(environment), most])
}

environments contains root.environment if some root in input.change.roots

touched(environment) := [[i, j] |
	some i, root in input.change.roots
	root.environment == environment
	some j, _ in root.resources
]

going(environment) := [[i, j] |
	some [i, j] in touched(environment)
	"delete" in input.change.roots[i].resources[j].actions
]

reached(environment) := {i |
	some i, root in input.change.roots
	root.environment == environment
	count(root.resources) > 0
}

named(environment) := environment if environment != ""

named(environment) := "no environment" if environment == ""
