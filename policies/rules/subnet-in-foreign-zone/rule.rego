# METADATA
# title: Subnet in a zone that the platform has not
# description: What lands there is in no plan for the loss of a zone.
# custom:
#   severity: error
#   group: network
#   scope: resource
#   target: [aws_subnet.terraform]
#   facts: [zones]
package portcullis.rules.subnet_in_foreign_zone

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "availability_zone"], "message": message} if {
	count(input.params.zones) > 0
	zone := values.availability_zone
	is_string(zone)
	not zone in input.params.zones
	message := sprintf("%s is in %s, which is no zone of the platform", [address, zone])
}

findings contains {"at": ["values", "availability_zone"], "message": message} if {
	count(input.params.zones) > 0
	terraform.is_unknown(object.get(values, "availability_zone", null))
	message := sprintf("%s is in a zone that is not known", [address])
}
