# METADATA
# title: Pod of no architecture among nodes of two
# description: Where pools make nodes of two architectures, a pod that names none needs images of both.
# custom:
#   severity: warning
#   group: placement
#   "off": Where all images are built for both architectures, saying nothing is right.
#   scope: resource
#   target: pod
#   params:
#     architectures: [amd64, arm64]
#   facts: [nodePools]
package portcullis.rules.missing_architecture

import data.portcullis.prelude.landing.fitting
import data.portcullis.prelude.landing.terms
import data.portcullis.prelude.placement

label := "kubernetes.io/arch"

findings contains {"at": array.concat(input.pod.at, ["nodeSelector", label]), "message": message} if {
	count(input.params.nodePools) > 0
	not says_architecture
	possible := [sprintf("%s of %s", [architecture, concat(", ", sort(pools))]) |
		some architecture in input.params.architectures
		pools := {pool.name | some pool in input.params.nodePools; pool.name in fitting; makes(pool, architecture)}
		count(pools) > 0
	]
	count(possible) > 1
	message := sprintf("pod names no architecture and may land on nodes of several: %s", [concat("; ", possible)])
}

says_architecture if input.pod.spec.nodeSelector[label]

says_architecture if {
	count(terms) > 0
	silent := [term | some term in terms; not mentions(term)]
	count(silent) == 0
}

mentions(term) if {
	some expression in term.matchExpressions
	expression.key == label
}

makes(pool, architecture) if {
	object.get(pool.labels, label, architecture) == architecture
	placement.allowed(pool, label, architecture)
}
