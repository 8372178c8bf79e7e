# METADATA
# title: Instance metadata without a token
# description: A pod or a forged request then reads the credentials of the node.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_79
#     - trivy:AWS-0028
#     - trivy:AWS-0130
#   scope: resource
#   target: [aws_launch_template.terraform, aws_instance.terraform]
package portcullis.rules.metadata_without_token

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "metadata_options"], "message": message} if {
	options := object.get(values, "metadata_options", [])
	not is_array(options)
	message := said
}

findings contains {"at": ["values", "metadata_options"], "message": said} if {
	object.get(values, "metadata_options", []) == []
}

findings contains {"at": array.concat(found.at, ["http_tokens"]), "message": said} if {
	some found in terraform.blocks("metadata_options")
	object.get(found.block, "http_endpoint", "enabled") != "disabled"
	tokens := object.get(found.block, "http_tokens", "optional")
	tokens != "required"
}

said := sprintf("%s gives instance metadata without a token", [address])
