# METADATA
# title: Volume claim that nothing makes
# description: A pod is not scheduled before the volume claim that it names is there.
# custom:
#   severity: warning
#   group: validity
#   scope: platform
#   target: pod
#   joins: [PersistentVolumeClaim]
package portcullis.rules.missing_claim

import data.portcullis.prelude.names

findings contains {"resource": holder.id, "at": places[0], "message": message} if {
	some holder in input.platform.resources
	missed := names.missing(holder, "PersistentVolumeClaim")
	count(missed) > 0
	made := made_by_sets(holder.namespace)
	some name in ({one.name | some one in missed} - made)
	not by_template(holder, name)
	places := names.places(missed, name)
	message := sprintf("nothing in sight makes PersistentVolumeClaim %s", [name])
}

# The first of the claims that a StatefulSet makes, which backups and migrations mount.
made_by_sets(namespace) := {name |
	some id in input.platform.namespaces[namespace]
	set := input.platform.resources[id]
	set.kind == "StatefulSet"
	some claim in set.resource.spec.volumeClaimTemplates
	some ordinal in numbers.range(0, 9)
	name := sprintf("%s-%s-%d", [claim.metadata.name, set.name, ordinal])
}

# A StatefulSet replaces the volume of the same name by its own claim.
by_template(resource, name) if {
	some claim in resource.resource.spec.volumeClaimTemplates
	some volume in resource.pod.spec.volumes
	volume.name == claim.metadata.name
	volume.persistentVolumeClaim.claimName == name
}
