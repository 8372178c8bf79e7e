# METADATA
# title: Image that moves and is not pulled again
# description: Each node runs what the tag meant when it pulled it first.
# custom:
#   severity: warning
#   group: images
#   like:
#     - kyverno:imagepullpolicy-always
#   scope: resource
#   target: pod
package portcullis.rules.stale_image

import data.portcullis.prelude.images

findings contains {"at": found.pull.at, "other": found.at, "message": message} if {
	some found in input.pod.images
	found.image.digest == null
	found.pull.policy == "IfNotPresent"
	is_string(found.image.repository)
	tag := shown(found.image)
	images.moves(tag)
	message := sprintf("image of %s is whatever was %s when its node pulled it", [found.of, tag])
}

shown(image) := image.tag if is_string(image.tag)

else := "latest"
