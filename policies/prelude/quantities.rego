# What requests and limits say, as `amounts` has them.
package portcullis.prelude.quantities

import data.portcullis.prelude.containers

# A limit without a request is also the request. What is no quantity is a finding of its own.
requested(name, amounts) if counts(object.get(amounts.requests, name, 0))

requested(name, amounts) if {
	object.get(amounts.requests, name, "nothing") == "nothing"
	limited(name, amounts)
}

limited(name, amounts) if counts(object.get(amounts.limits, name, 0))

counts(amount) if amount > 0

counts(amount) if amount == null

# Who may have resources: the pod as a whole, and its containers but for the ephemeral ones.
owners := array.concat(
	[{"at": input.pod.at, "spec": input.pod.spec, "amounts": input.pod.amounts}],
	[{"at": c.at, "spec": c.container, "amounts": c.amounts, "name": containers.name(c)} |
		some c in input.pod.containers
		c.role != "ephemeral"
	],
)

who(owner) := sprintf("container %s", [owner.name]) if owner.name

else := "the pod"

# What is wrong with an amount, where something is.
faults(_, null) := "which is no quantity"

# Null is less than any number, and no number.
faults(_, amount) := "less than nothing" if {
	is_number(amount)
	amount < 0
}

# No program runs in less than a mebibyte.
faults("memory", amount) := "less than a mebibyte: its unit is missing or too small" if {
	amount > 0
	amount < 1048576
}

# What comes in pieces, and belongs to one container alone: devices that somebody added to Kubernetes, and huge pages.
is_whole(name) if {
	contains(name, "/")
	not contains(name, "kubernetes.io/")
}

is_whole(name) if startswith(name, "hugepages-")

# A quantity in units and bytes, as parameters and fields that are no resources have it.
value(amount) := amount if is_number(amount)

value(amount) := to_number(parts[1]) * factors[parts[2]] if {
	is_string(amount)
	parts := regex.find_all_string_submatch_n(`^([0-9]+[.]?[0-9]*|[.][0-9]+)([A-Za-z]*)$`, amount, 1)[0]
}

value(amount) := to_number(amount) if {
	is_string(amount)
	regex.match(`^[0-9]+([.][0-9]+)?[eE][+-]?[0-9]+$`, amount)
}

factors := {
	"": 1, "m": 0.001,
	"k": 1000, "M": 1000000, "G": 1000000000, "T": 1000000000000,
	"Ki": 1024, "Mi": 1048576, "Gi": 1073741824, "Ti": 1099511627776,
}
