package main

import data.lib.teams

deny contains message if {
	input.kind == "Pod"
	not teams.known(input.metadata.labels)
	message := sprintf("%s belongs to no team that is known", [input.metadata.name])
}
