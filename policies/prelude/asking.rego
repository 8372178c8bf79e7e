# What a container lacks that needs a probe.
package portcullis.prelude.asking

import data.portcullis.prelude.containers
import data.portcullis.prelude.probes

# The probe itself, or one that the API server takes: what it refuses is no probe.
lacks(c, field, purpose) := [{"at": array.concat(c.at, [field]), "message": message}] if {
	not is_object(object.get(c.container, field, null))
	message := sprintf("container %s has no %s probe", [containers.name(c), purpose])
}

else := [{"at": at, "others": others, "message": message} |
	probe := c.container[field]
	some refusal in probes.refusals(probe)
	at := array.concat(c.at, array.concat([field], refusal.at))
	others := [{"at": array.concat(c.at, [field, kind])} | some kind in array.slice(probes.named(probe), 1, 4)]
	message := sprintf("container %s has no %s probe that the API server takes: %s", [containers.name(c), purpose, refusal.reason])
]
