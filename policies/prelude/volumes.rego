# Volumes of the pod and the containers that mount them.
package portcullis.prelude.volumes

import data.portcullis.prelude.quantities

# A limit of zero is none.
sized(empty_dir) if quantities.value(empty_dir.sizeLimit) > 0

mounting(name) := [c |
	some c in input.pod.containers
	mounts(c.container, name)
]

mounts(container, name) if {
	some mount in container.volumeMounts
	mount.name == name
}

mounts(container, name) if {
	some device in container.volumeDevices
	device.name == name
}
