# METADATA
# title: Zones that AWS lists
# description: A zone that AWS adds or closes moves subnets at the next plan.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV_AWS_394
#   "off": Examples and modules for any region have no other way.
#   scope: resource
#   target: [aws_availability_zones.terraform]
package portcullis.rules.zones_that_may_change

import data.portcullis.prelude.terraform.values

findings contains {"at": ["values"], "message": message} if {
	input.resource.mode == "data"
	object.get(values, "exclude_names", []) == []
	object.get(values, "exclude_zone_ids", []) == []
	count([1 | some filter in object.get(values, "filter", []); object.get(filter, "name", "") in {"zone-name", "zone-id"}]) == 0
	message := sprintf("%s takes whatever zones there are", [input.resource.metadata.name])
}
