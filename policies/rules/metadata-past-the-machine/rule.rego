# METADATA
# title: Instance metadata that containers can reach
# description: A container that reads the metadata of its machine takes the role of the machine.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_341
#   scope: resource
#   target: [aws_launch_template.terraform, aws_instance.terraform]
package portcullis.rules.metadata_past_the_machine

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["http_put_response_hop_limit"]), "message": message} if {
	some found in terraform.blocks("metadata_options")
	object.get(found.block, "http_endpoint", "enabled") != "disabled"
	hops := object.get(found.block, "http_put_response_hop_limit", 1)
	is_far(hops)
	message := sprintf("%s answers for its metadata over more than one hop", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unclear(input.resource, "metadata_options", "")
	message := sprintf("%s has metadata_options that are not known", [address])
}

is_far(hops) if terraform.is_unknown(hops)

is_far(hops) if {
	is_number(hops)
	hops > 1
}

is_far(hops) if {
	is_string(hops)
	to_number(hops) > 1
}
