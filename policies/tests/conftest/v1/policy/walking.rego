# Every way in which people ask `walk`.
package walking

deny contains msg if {
	[path, value] := walk(input)
	value == "latest"
	msg := sprintf("assigned at %v", [path])
}

deny contains msg if {
	[path, value] = walk(input.spec)
	path[count(path) - 1] == "image"
	msg := sprintf("unified %v", [value])
}

deny contains msg if {
	walk(input, [path, value])
	path[count(path) - 1] == "image"
	msg := sprintf("handed %v", [value])
}

deny contains msg if {
	walk(input, pair)
	pair[0][count(pair[0]) - 1] == "image"
	msg := sprintf("pair %v", [pair[1]])
}

deny contains msg if {
	pair := walk(input.metadata)
	is_string(pair[1])
	msg := sprintf("one %v", [pair[1]])
}

deny contains msg if {
	not has_image
	msg := "no image"
}

has_image if {
	some path
	walk(input, [path, _])
	path[count(path) - 1] == "image"
}
