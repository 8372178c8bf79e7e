# METADATA
# title: Network whose default security group is open
# description: Whatever names no group is in this one, and all that is in it may talk to each other.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV2_AWS_12
#     - trivy:AWS-0173
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.open_default_security_group

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_vpc")
	at := terraform.unlinked("aws_default_security_group", "vpc_id", address, 1)
	message := sprintf("the default security group of %s is open: nothing closes it", [address])
}

findings contains {"at": ["resources", address, "values", field], "message": message} if {
	some address, group in terraform.managed("aws_default_security_group")
	some field in ["ingress", "egress"]
	rules := object.get(group, ["values", field], [])
	rules != []
	message := sprintf("%s lets something through: %s", [address, field])
}
