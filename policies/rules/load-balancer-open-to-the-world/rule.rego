# METADATA
# title: Load balancer that takes anybody
# description: A public load balancer without source ranges answers the whole internet.
# custom:
#   severity: warning
#   group: network
#   "off": A public entrance is open by design; it is for load balancers that partners reach from known addresses.
#   scope: resource
#   target: [Service.core]
package portcullis.rules.load_balancer_open_to_the_world

import data.portcullis.prelude.entrances.annotations
import data.portcullis.prelude.entrances.is_internal
import data.portcullis.prelude.entrances.service

everybody := {"0.0.0.0/0", "::/0"}

# The annotation is an old form of the field, which wins.
annotation := "service.beta.kubernetes.io/load-balancer-source-ranges"

of_annotation := [{"at": ["metadata", "annotations", annotation], "range": trim_space(range)} |
	some range in split(object.get(annotations, annotation, ""), ",")
	trim_space(range) != ""
]

ranges := [{"at": ["spec", "loadBalancerSourceRanges", i], "range": trim_space(range)} |
	some i, range in service.loadBalancerSourceRanges
] if count(service.loadBalancerSourceRanges) > 0

else := of_annotation

is_public if {
	service.type == "LoadBalancer"
	not is_internal
}

findings contains {"at": ["spec", "loadBalancerSourceRanges"], "message": message} if {
	is_public
	count(ranges) == 0
	message := "public load balancer has no source ranges"
}

findings contains {"at": found.at, "message": message} if {
	is_public
	some found in ranges
	found.range in everybody
	message := sprintf("public load balancer takes %s", [found.range])
}
