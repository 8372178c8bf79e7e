# METADATA
# title: Image without a digest
# description: Only a digest names an image that nobody can replace.
# custom:
#   severity: warning
#   group: images
#   like:
#     - checkov:CKV_K8S_43
#     - gatekeeper:imagedigests
#     - kyverno:require-image-checksum
#   "off": Where the registry has immutable tags a full version pins an image as well, and people can read it.
#   scope: resource
#   target: pod
package portcullis.rules.missing_image_digest

findings contains {"at": array.concat(found.at, ["tag"]), "message": message} if {
	some found in input.pod.images
	found.image.digest == null
	message := sprintf("image of %s has no digest", [found.of])
}
