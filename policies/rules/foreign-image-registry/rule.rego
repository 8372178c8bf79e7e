# METADATA
# title: Image from a registry that is not ours
# description: An image from elsewhere was neither built nor scanned by us, and may change or vanish.
# custom:
#   severity: error
#   group: images
#   like:
#     - gatekeeper:allowedreposv2
#     - kyverno:restrict-image-registries
#   scope: resource
#   target: pod
#   facts: [registries]
package portcullis.rules.foreign_image_registry

findings contains {"at": array.concat(found.at, faulty(found.image)), "message": message} if {
	some found in input.pod.images
	message := sprintf("image of %s %s", [found.of, found.image.error])
}

findings contains {"at": array.concat(found.at, ["registry"]), "message": message} if {
	count(input.params.registries) > 0
	some found in input.pod.images
	image := found.image
	not image.error
	not {"account": image.account, "region": image.region} in input.params.registries
	message := sprintf("image of %s is from %s, which is none of our registries", [found.of, image.registry])
}

# The part of a reference that is malformed, where it is not the whole.
faulty(image) := [image.part] if is_string(image.part)

else := []
