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

missed := [one |
	some one in names.missing("ConfigMap")
	not one.name in input.params.known
]

findings contains {"resource": resource, "at": places[0], "others": others, "message": message} if {
	some [resource, name] in names.grouped(missed)
	places := names.places(missed, resource, name)
	others := [{"at": at} | some at in array.slice(places, 1, count(places))]
	message := sprintf("nothing in sight makes ConfigMap %s", [name])
}
