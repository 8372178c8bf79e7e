# METADATA
# title: Node volume that is not encrypted
# description: The disks of nodes hold images, logs and the Secrets of their pods.
# custom:
#   severity: error
#   group: placement
#   scope: resource
#   target: [EC2NodeClass]
package portcullis.rules.unencrypted_node_volume

# Karpenter's own volumes are encrypted; those that somebody writes down are as they are written.
findings contains {"at": ["spec", "blockDeviceMappings", i, "ebs", "encrypted"], "message": message} if {
	some i, mapping in input.resource.spec.blockDeviceMappings
	is_object(mapping.ebs)
	encrypted := object.get(mapping.ebs, "encrypted", null)
	encrypted != true
	message := sprintf("volume %s of the nodes %s", [object.get(mapping, "deviceName", "without a name"), reason(encrypted)])
}

reason(null) := "does not say that it is encrypted"

reason(encrypted) := "is not encrypted" if encrypted != null
