# The rules of Cilium's network policies that let somebody in or out.
package portcullis.prelude.cilium

rules := [{"at": array.concat(one.at, [direction, i]), "rule": rule, "direction": direction, "number": i + 1} |
	some one in specs
	some direction in ["egress", "ingress"]
	some i, rule in one.spec[direction]
]

# A policy has one specification, or several.
specs := array.concat([{"at": ["spec"], "spec": input.resource.spec}], [{"at": ["specs", i], "spec": spec} | some i, spec in input.resource.specs]) if {
	is_policy
	is_object(input.resource.spec)
} else := [{"at": ["specs", i], "spec": spec} | some i, spec in input.resource.specs] if is_policy

else := []

is_policy if input.resource.kind in {"CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy"}
