package main

deny_tag contains "tag" if input.kind == "Pod"

deny_other contains "other" if input.kind == "Pod"

deny contains "plain" if input.kind == "Deployment"

exception contains rules if {
	input.metadata.name == "a"
	rules := ["tag"]
}

exception contains rules if {
	input.kind == "Deployment"
	rules := [""]
}
