# METADATA
# title: Too few pods of Keycloak
# description: Sessions live in the memory of two members; with one member to a zone the loss of that zone logs users out.
# custom:
#   severity: warning
#   group: platform
#   scope: platform
#   target: pod
#   params:
#     images: [keycloak]
#     perZone: 2
#   facts: [zones]
package portcullis.rules.too_few_keycloak_pods

import data.portcullis.prelude.workloads
import data.portcullis.prelude.workloads.all as all_workloads
import data.portcullis.prelude.zones.number as zone_count

findings contains {"resource": fewest.id, "at": fewest.at, "message": message} if {
	some workload in all_workloads
	runs_keycloak(workload)
	fewest := workloads.fewest(workload)
	fewest.pods > 0
	needed := input.params.perZone * zone_count
	fewest.pods < needed
	message := sprintf("Keycloak of %s %s may run with %d pods, not %d in each of %d zones", [workload.kind, workload.name, fewest.pods, input.params.perZone, zone_count])
}

# By the last part of the repository, whatever registry it comes from.
runs_keycloak(workload) if {
	some c in workload.pod.containers
	c.role == "main"
	repository := split(split(c.container.image, "@")[0], "/")
	name := split(repository[count(repository) - 1], ":")[0]
	name in input.params.images
}
