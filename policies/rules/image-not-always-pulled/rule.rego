# METADATA
# title: Image that is not always pulled
# description: A pod may use an image that another one has pulled, whether it may have it or not.
# custom:
#   severity: warning
#   group: images
#   like:
#     - checkov:CKV_K8S_15
#     - kube-score:container-image-pull-policy
#     - polaris:pullPolicyNotAlways
#   "off": An image that is pinned is the same on each node, and a registry that is away should stop no pod from starting; it is for clusters whose tenants must not see each other's images.
#   scope: resource
#   target: pod
package portcullis.rules.image_not_always_pulled

findings contains {"at": found.pull.at, "message": message} if {
	some found in input.pod.images
	found.image.digest == null
	found.pull.policy != "Always"
	message := sprintf("image of %s is pulled only as %s", [found.of, found.pull.policy])
}
