# METADATA
# title: ConfigMap that nothing makes
# description: A container waits for ever for a ConfigMap that is not there.
# custom:
#   severity: warning
#   group: validity
#   scope: platform
#   target: pod
#   joins: [ConfigMap]
#   params:
#     known: [kube-root-ca.crt, istio-ca-root-cert, openshift-service-ca.crt]
package portcullis.rules.missing_config_map

import data.portcullis.prelude.names

findings contains {"resource": holder.id, "at": places[0], "others": others, "message": message} if {
	some holder in input.platform.resources
	missed := [one | some one in names.missing(holder, "ConfigMap"); not one.name in input.params.known]
	count(missed) > 0
	some name in {one.name | some one in missed}
	places := names.places(missed, name)
	others := [{"at": at} | some at in array.slice(places, 1, count(places))]
	message := sprintf("nothing in sight makes ConfigMap %s", [name])
}
