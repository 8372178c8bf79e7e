# METADATA
# title: Data tier without an access list of its own
# description: One group that is too open then opens the tier.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV2_AWS_1
#   "off": Access lists keep no state and are easy to get wrong, and many do with security groups alone.
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.data_subnet_without_own_acl

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some type in ["aws_db_subnet_group", "aws_elasticache_subnet_group"]
	some address, group in terraform.managed(type)
	subnets := {subnet | some subnet in terraform.named(object.get(group, ["values", "subnet_ids"], [])); input.resource.resources[subnet].type == "aws_subnet"}
	missing := subnets - guarded
	count(missing) > 0
	unknown := sort([["resources", place, "values", "subnet_ids"] | some place, acl in terraform.managed("aws_network_acl"); terraform.is_vague(object.get(acl, ["values", "subnet_ids"], null))])
	at := array.concat(unknown, [["resources", sort(missing)[0]]])[0]
	message := sprintf("%s lies in %s, which no access list of its own guards", [address, sort(missing)[0]])
}

guarded := {subnet | some acl in terraform.managed("aws_network_acl"); some subnet in terraform.named(object.get(acl, ["values", "subnet_ids"], []))} | {subnet | some one in terraform.managed("aws_network_acl_association"); some subnet in terraform.named(object.get(one, ["values", "subnet_id"], null))}
