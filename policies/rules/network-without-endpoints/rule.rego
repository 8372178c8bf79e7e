# METADATA
# title: Network without endpoints of AWS
# description: Images, secrets and logs go out by the NAT gateway, which costs by the gigabyte and goes with its zone.
# custom:
#   severity: warning
#   group: network
#   "off": An interface costs by the hour in each zone, and small networks are cheaper with NAT alone; it is for platforms that want none of their traffic outside.
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     services: [s3, ecr.api, ecr.dkr, sts, secretsmanager, kms, logs]
package portcullis.rules.network_without_endpoints

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.is_whole

# A network that has some, or a cluster beside it. Where a module of the root is not known, it may make them.
findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_vpc")
	endpoints := terraform.managed("aws_vpc_endpoint")
	count(endpoints) + count(terraform.managed("aws_eks_cluster")) > 0
	is_whole
	had := {service | some service in input.params.services; some place, endpoint in endpoints; serves(endpoint, service); terraform.is_beside(place, address)}
	missing := [service | some service in input.params.services; not service in had]
	count(missing) > 0
	unknown := sort([["resources", place, "values", "service_name"] | some place, endpoint in endpoints; terraform.is_unknown(object.get(endpoint, ["values", "service_name"], null))])
	at := array.concat(array.concat(unknown, absent(address, missing)), [["resources", address]])[0]
	message := sprintf("%s has no endpoints of %s", [address, concat(", ", missing)])
}

# Endpoints of these that may not be there.
absent(address, missing) := sort([["resources", place] |
	some place, endpoint in terraform.managed("aws_vpc_endpoint")
	not terraform.is_beside(place, address)
	some service in missing
	serves(endpoint, service)
])

serves(endpoint, service) if {
	name := object.get(endpoint, ["values", "service_name"], "")
	is_string(name)
	endswith(name, concat("", [".", service]))
}

# The region may be unknown, and the end known all the same.
serves(endpoint, service) if {
	pieces := object.get(endpoint, ["values", "service_name", "$pieces"], [])
	last := pieces[count(pieces) - 1]
	is_string(last)
	endswith(last, concat("", [".", service]))
}
