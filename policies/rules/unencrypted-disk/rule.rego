# METADATA
# title: Disk of a machine that is not encrypted
# description: Snapshots of it can be read by who gets them.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_8
#     - trivy:AWS-0008
#     - trivy:AWS-0131
#   scope: resource
#   target: [aws_launch_template.terraform, aws_instance.terraform, aws_launch_configuration.terraform]
package portcullis.rules.unencrypted_disk

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["encrypted"]), "message": message} if {
	some found in disks
	not found.block.snapshot_id
	encrypted := object.get(found.block, "encrypted", false)
	not terraform.is_true(encrypted)
	message := sprintf("%s has a disk that is not encrypted", [address])
}

findings contains {"at": at, "message": message} if {
	some name in ["root_block_device", "ebs_block_device", "block_device_mappings"]
	some at in terraform.unclear(input.resource, name, "ebs")
	message := sprintf("%s has disks that are not known", [address])
}

disks := array.concat(terraform.blocks("root_block_device"), terraform.blocks("ebs_block_device")) if {
	input.resource.kind != "aws_launch_template"
} else := [{"at": array.concat(device.at, ["ebs", i]), "block": disk} |
	some device in terraform.blocks("block_device_mappings")
	some i, disk in object.get(device.block, "ebs", [])
	is_object(disk)
]
