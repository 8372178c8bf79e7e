# METADATA
# title: Image that may change under its name
# description: A tag that moves runs something else after the next restart, without a commit that says so.
# custom:
#   severity: error
#   group: images
#   like:
#     - checkov:CKV_K8S_14
#     - gatekeeper:disallowedtags
#     - kube-linter:latest-tag
#     - kube-score:container-image-tag
#     - kyverno:disallow-latest-tag
#     - polaris:tagNotSpecified
#   scope: resource
#   target: pod
#   params:
#     mutableTagPatterns: []
#     immutableTagPatterns: []
#   elements: {mutableTagPatterns: text, immutableTagPatterns: text}
package portcullis.rules.unpinned_image

import data.portcullis.prelude.images

findings contains {"at": array.concat(found.at, ["tag"]), "message": message} if {
	some found in input.pod.images
	found.image.digest == null
	message := sprintf("image of %s has %s", [found.of, fault(found.image.tag)])
}

fault(null) := "neither tag nor digest, so it is whatever is latest"

fault(tag) := sprintf("tag %s, which moves from image to image", [tag]) if moves(tag)

moves(tag) if images.matches(tag, input.params.mutableTagPatterns)

moves(tag) if {
	images.moves(tag)
	not images.matches(tag, input.params.immutableTagPatterns)
}
