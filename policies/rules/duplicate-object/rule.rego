# METADATA
# title: Object that is made twice
# description: Two applications that own the same object undo each other's changes with every sync.
# custom:
#   severity: error
#   group: delivery
#   scope: platform
#   target: [Deployment, Service.core, ConfigMap, Namespace]
#   joins: [Deployment, Service.core, ConfigMap, Namespace]
package portcullis.rules.duplicate_object

import data.portcullis.prelude.owners.owner

findings contains finding if {
	some ids in input.platform.namespaces
	made := made_of(ids)
	count(made) > count({object.key | some object in made})
	some object in made
	earlier := [other |
		some other in made
		other.key == object.key
		comes_first(other, object)
		same_cluster(other.cluster, object.cluster)
	]
	count(earlier) > 0
	others := [{"resource": other.id, "at": ["metadata", "name"]} | some other in earlier]
	message := said(object, earlier[0])
	finding := {"resource": object.id, "at": ["metadata", "name"], "others": others, "message": message}
}

said(object, other) := sprintf("application %s makes %s %s, too", [other.application, object.key[1], object.key[2]]) if other.application != object.application

else := sprintf("application %s makes %s %s twice", [other.application, object.key[1], object.key[2]])

# Of one application each of them is to blame, as nobody knows which wins.
comes_first(other, object) if {
	other.application == object.application
	other.id != object.id
}

comes_first(other, object) if {
	other.application != object.application
	other.id < object.id
}

# What belongs to no application is not applied as it stands: a base and its overlays have the same names.
made_of(ids) := [{"id": resource.id, "application": application, "cluster": resource.cluster, "key": key} |
	some id in ids
	resource := input.platform.resources[id]
	application := owner(resource)
	application != ""
	not endswith(resource.name, "*")
	not is_hook(resource)
	key := [resource.group, resource.kind, resource.name]
]

# Hooks come and go with each sync, and belong to nobody.
is_hook(resource) if {
	some key in ["argocd.argoproj.io/hook", "helm.sh/hook"]
	key in object.keys(resource.resource.metadata.annotations)
}

same_cluster(left, right) if left == right

same_cluster(left, _) if left == ""

same_cluster(_, right) if right == ""
