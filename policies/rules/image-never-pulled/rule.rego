# METADATA
# title: Image that is never pulled
# description: A node that does not have the image already cannot start the pod.
# custom:
#   severity: error
#   group: images
#   scope: resource
#   target: pod
package portcullis.rules.image_never_pulled

findings contains {"at": found.pull.at, "message": message} if {
	some found in input.pod.images
	found.pull.policy == "Never"
	message := sprintf("image of %s is never pulled", [found.of])
}
