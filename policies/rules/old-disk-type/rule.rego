# METADATA
# title: Disk of an old type
# description: A gp2 disk is slower the smaller it is, and dearer than gp3.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [aws_launch_template.terraform, aws_instance.terraform, aws_ebs_volume.terraform, aws_db_instance.terraform]
package portcullis.rules.old_disk_type

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": found.at, "message": message} if {
	some found in types
	terraform.may_be(found.type, {"gp2", "standard"})
	message := sprintf("%s has a disk of type %v", [address, found.type])
}

findings contains {"at": at, "message": message} if {
	some name in ["root_block_device", "ebs_block_device", "block_device_mappings"]
	some at in terraform.unclear(input.resource, name, "ebs")
	message := sprintf("%s has a disk of a type that is not known", [address])
}

types contains {"at": ["values", field], "type": type} if {
	some field in ["type", "storage_type"]
	type := values[field]
}

types contains {"at": array.concat(found.at, ["volume_type"]), "type": found.block.volume_type} if {
	some name in ["root_block_device", "ebs_block_device"]
	some found in terraform.blocks(name)
}

types contains {"at": array.concat(device.at, ["ebs", i, "volume_type"]), "type": disk.volume_type} if {
	some device in terraform.blocks("block_device_mappings")
	some i, disk in object.get(device.block, "ebs", [])
}
