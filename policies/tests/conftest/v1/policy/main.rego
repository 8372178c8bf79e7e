package main

import data.lib.labels

deny contains msg if {
	input.kind == "Pod"
	some container in input.spec.containers
	not contains(container.image, ":")
	msg := sprintf("%s has no tag", [container.name])
}

deny contains msg if {
	not labels.team(input)
	msg := sprintf("%s has no team", [input.metadata.name])
}

deny_service contains {"msg": "a service", "details": {"x": 1}} if input.kind == "Service"

violation contains {"msg": msg} if {
	input.spec.replicas < 2
	msg := "too few"
}

violation_two_words contains {"msg": "two words"} if input.kind == "Deployment"

warn contains msg if {
	input.metadata.namespace == "shop"
	msg := "in the shop"
}

warn_late contains "late" if input.kind == "Service"

denying contains "never" if true

deny_ contains "never" if true
