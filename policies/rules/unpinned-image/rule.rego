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
#     forbiddenTagPatterns:
#       - (?i)(^|[._-])latest($|[._-])
#     mutableTagPatterns:
#       - (?i)[._-](canary|current|dev|develop|edge|head|lts|main|master|nightly|release|rolling|snapshot|stable|trunk)$
#       - (?i)[0-9][.]x($|[._-])
#     immutableTagPatterns:
#       - ^([A-Za-z]+[._-]?)*[0-9]+([.][0-9]+)+([._-].*|[a-z]+[0-9]+.*)?$
#       - (^|[._-])g?[0-9a-f]{7,64}($|[._-])
#       - (^|[^0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}($|[^0-9])
#       - "-r[0-9]+$"
#       - ^v[0-9]+$
#       - ^[0-9]{3,6}$
#       - (?i)^(build|release|rev|run)[._-]?[0-9]+$
package portcullis.rules.unpinned_image

findings contains {"at": array.concat(found.at, ["tag"]), "message": message} if {
	some found in input.pod.images
	found.image.tag == null
	found.image.digest == null
	message := sprintf("image of %s has neither tag nor digest, so it is whatever is latest", [found.of])
}

findings contains {"at": array.concat(found.at, ["tag"]), "message": message} if {
	some found in input.pod.images
	is_string(found.image.tag)
	message := sprintf("image of %s has tag %s, %s", [found.of, found.image.tag, fault(found.image)])
}

fault(image) := "which is never allowed, not even beside a digest" if is_like(image.tag, input.params.forbiddenTagPatterns)

else := "which moves from image to image" if {
	image.digest == null
	is_like(image.tag, input.params.mutableTagPatterns)
} else := "which names no single image: it has no version with a dot, no commit and no date" if {
	image.digest == null
	not is_like(image.tag, input.params.immutableTagPatterns)
}

is_like(tag, patterns) if {
	some pattern in patterns
	regex.match(pattern, tag)
}
