# METADATA
# title: Image from a registry that is not ours
# description: An image from elsewhere was neither built nor scanned by us, and may change or vanish.
# custom:
#   severity: error
#   scope: resource
#   target: pod
#   facts: [registries]
package portcullis.rules.foreign_image_registry

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, ["image"]), "message": message} if {
	some c in input.pod.containers
	message := sprintf("image of container %s %s", [containers.name(c), c.image.error])
}

findings contains {"at": array.concat(c.at, ["image", "registry"]), "message": message} if {
	count(input.params.registries) > 0
	some c in input.pod.containers
	not c.image.error
	not {"account": c.image.account, "region": c.image.region} in input.params.registries
	message := sprintf("image of container %s is from %s, which is none of our registries", [containers.name(c), c.image.registry])
}
