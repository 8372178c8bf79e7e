# METADATA
# title: Image tag that floats from version to version
# description: Who builds the next version gives it the same tag, so that a pod that restarts runs another one than its neighbours.
# custom:
#   severity: warning
#   group: images
#   scope: resource
#   target: pod
#   params:
#     immutableTagPatterns:
#       - ^([A-Za-z]+[._-]?)*[0-9]+([.][0-9]+)+([._-].*|[a-z]+[0-9]+.*)?$
#       - (^|[._-])g?[0-9a-f]{7,64}($|[._-])
#       - (^|[^0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}($|[^0-9])
#       - "-r[0-9]+$"
#       - ^v[0-9]+$
#       - ^[0-9]{3,6}$
#       - (?i)^(build|release|rev|run)[._-]?[0-9]+$
package portcullis.rules.floating_image_tag

import data.portcullis.prelude.images

# What surely moves is told by unpinned-image.
findings contains {"at": array.concat(found.at, ["tag"]), "message": message} if {
	some found in input.pod.images
	is_string(found.image.tag)
	found.image.digest == null
	not images.matches(found.image.tag, input.params.immutableTagPatterns)
	not images.moves(found.image.tag)
	message := sprintf("image of %s has tag %s, which names no single image: it has no version with a dot, no commit and no date", [found.of, found.image.tag])
}
