package images

warn contains message if {
	some container in input.spec.containers
	endswith(container.image, ":latest")
	message := sprintf("image %s may be another tomorrow", [container.image])
}
