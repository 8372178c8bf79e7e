package foreign_registry

import data.lib.pods

violation contains {"msg": message} if {
	some container in pods.containers
	not ours(container.image)
	message := sprintf("image %s of container %s is from none of our registries", [container.image, container.name])
}

ours(image) if {
	some registry in input.parameters.registries
	startswith(image, concat("", [registry, "/"]))
}
