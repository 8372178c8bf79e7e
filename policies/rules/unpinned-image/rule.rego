# METADATA
# title: Image that may change under its name
# description: A tag that moves runs something else after the next restart, without a commit that says so.
# custom:
#   severity: error
#   scope: resource
#   target: pod
#   params:
#     mutableTagPatterns:
#       - (?i)^(latest|stable|edge|nightly|canary|snapshot|main|master|trunk|head|dev|develop|test|staging|stage|prod|production)$
#       - (?i)[.-](latest|snapshot)$
#       - ^v?[0-9]+(\.[0-9]+)?$
package portcullis.rules.unpinned_image

import data.portcullis.prelude.containers

findings contains {"at": array.concat(c.at, ["image", "tag"]), "message": message} if {
	some c in input.pod.containers
	c.image.tag == null
	c.image.digest == null
	message := sprintf("image of container %s has neither tag nor digest, so it is whatever is latest", [containers.name(c)])
}

findings contains {"at": array.concat(c.at, ["image", "tag"]), "message": message} if {
	some c in input.pod.containers
	c.image.tag != null
	c.image.digest == null
	some pattern in input.params.mutableTagPatterns
	regex.match(pattern, c.image.tag)
	message := sprintf("image of container %s has tag %s, which moves from image to image", [containers.name(c), c.image.tag])
}
