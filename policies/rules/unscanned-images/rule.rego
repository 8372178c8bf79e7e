# METADATA
# title: Images that nobody scans
# description: Known holes in base images are found by others first.
# custom:
#   severity: error
#   group: images
#   like:
#     - checkov:CKV_AWS_163
#     - trivy:AWS-0030
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.unscanned_images

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, repository in terraform.managed("aws_ecr_repository")
	name := object.get(repository, ["values", "name"], "")
	count([1 | some one in scans; covers(one.filters, name)]) == 0
	lacking := terraform.lacking(repository, "image_scanning_configuration", "scan_on_push", {true, "true"})
	unknown := sort([array.concat(["resources", one.of], one.at) | some one in scans; one.at != []])
	at := array.concat(unknown, [array.concat(["resources", address], lacking)])[0]
	message := sprintf("images in %s are not scanned when they are pushed", [address])
}

# What the registry scans by itself, by the filters of its rules; where that is not known, at what.
scans := [{"of": place, "at": at, "filters": filters} |
	some place, registry in terraform.managed("aws_ecr_registry_scanning_configuration")
	some one in array.concat(unread(registry), read(registry))
	at := one.at
	filters := one.filters
]

unread(registry) := [{"at": at, "filters": []} | some at in terraform.unclear(registry, "rule", "scan_frequency")]

read(registry) := [{"at": [], "filters": filters} |
	some one in terraform.blocks_of(registry, "rule")
	object.get(one.block, "scan_frequency", "") in {"SCAN_ON_PUSH", "CONTINUOUS_SCAN"}
	filters := [filter | some each in object.get(one.block, "repository_filter", []); filter := object.get(each, "filter", "")]
]

covers(filters, _) if "*" in filters

covers(filters, name) if {
	is_string(name)
	some filter in filters
	is_string(filter)
	glob.match(filter, [], name)
}
