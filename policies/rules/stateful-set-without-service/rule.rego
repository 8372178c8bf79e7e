# METADATA
# title: StatefulSet without a headless Service
# description: The pods of a StatefulSet have names of their own only where a headless Service gives them.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kube-score:statefulset-has-servicename
#   scope: platform
#   target: [StatefulSet]
#   joins: [Service.core]
package portcullis.rules.stateful_set_without_service

findings contains {"resource": set.id, "at": ["spec", "serviceName"], "message": message} if {
	some set in input.platform.kinds.StatefulSet
	object.get(set.resource, ["spec", "serviceName"], "") == ""
	message := sprintf("StatefulSet %s names no Service, so that its pods have no names in DNS", [set.name])
}

findings contains {"resource": set.id, "at": wanted.at, "message": message} if {
	some set in input.platform.kinds.StatefulSet
	some wanted in set.references
	wanted.at == ["spec", "serviceName"]
	count(wanted.ids) == 0
	message := sprintf("StatefulSet %s names Service %s, which is not there", [set.name, wanted.name])
}

findings contains {"resource": set.id, "at": wanted.at, "others": others, "message": message} if {
	some set in input.platform.kinds.StatefulSet
	some wanted in set.references
	wanted.at == ["spec", "serviceName"]
	count(wanted.ids) > 0
	headless := [id | some id in wanted.ids; input.platform.resources[id].resource.spec.clusterIP == "None"]
	count(headless) == 0
	others := [{"resource": id, "at": ["spec", "clusterIP"]} | some id in wanted.ids]
	message := sprintf("StatefulSet %s names Service %s, which is not headless", [set.name, wanted.name])
}
