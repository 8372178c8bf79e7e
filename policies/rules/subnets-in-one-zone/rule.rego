# METADATA
# title: Network in one zone
# description: Nothing in it outlives its zone.
# custom:
#   severity: error
#   group: network
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     zones: 2
package portcullis.rules.subnets_in_one_zone

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address as own_address

findings contains {"at": ["resources", at[0], "values", "availability_zone"], "message": message} if {
	subnets := terraform.managed("aws_subnet")
	count(subnets) > 0
	zones := {zone | some subnet in subnets; zone := object.get(subnet, ["values", "availability_zone"], ""); is_string(zone); zone != ""}
	count(zones) < input.params.zones
	unclear := sort([address | some address, subnet in subnets; terraform.is_unknown(object.get(subnet, ["values", "availability_zone"], null))])
	at := array.concat(unclear, sort(object.keys(subnets)))
	message := sprintf("the subnets of %s are in fewer than %v zones", [own_address, input.params.zones])
}
