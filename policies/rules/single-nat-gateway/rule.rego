# METADATA
# title: Network that leaves through one zone
# description: With that zone, every other one loses its way out.
# custom:
#   severity: error
#   group: network
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.single_nat_gateway

import data.portcullis.prelude.terraform

findings contains {"at": ["resources", address, "count"], "message": message} if {
	gateways := terraform.managed("aws_nat_gateway")
	some address, gateway in gateways
	count([other | some other in gateways; part(other) == part(gateway)]) == 1
	is_wide(around(gateway))
	message := sprintf("%s is the only way out of several zones", [address])
}

part(resource) := object.get(resource, "module", "")

# The subnets of its module, or of all where these are made elsewhere.
around(gateway) := own if {
	own := {place: subnet | some place, subnet in terraform.managed("aws_subnet"); part(subnet) == part(gateway)}
	count(own) > 0
} else := terraform.managed("aws_subnet")

# Nobody said that they are all in one zone.
is_wide(subnets) if count({zone | some subnet in subnets; zone := zone_of(subnet); is_string(zone)}) > 1

is_wide(subnets) if {
	some subnet in subnets
	not is_string(zone_of(subnet))
}

zone_of(subnet) := object.get(subnet, ["values", "availability_zone"], null)
