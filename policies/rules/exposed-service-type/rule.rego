# METADATA
# title: Service that leaves the cluster past the ingress
# description: A NodePort or a public load balancer of its own brings traffic in without TLS, limits and logs of the ingress.
# custom:
#   severity: error
#   group: network
#   like:
#     - gatekeeper:block-loadbalancer-services
#     - gatekeeper:block-nodeport-services
#     - kube-linter:exposed-services
#     - kube-score:service-type
#     - kyverno:restrict-loadbalancer
#     - kyverno:restrict-node-port
#   scope: resource
#   target: [Service.core]
#   params:
#     # Names of Services that are the way in, as the one of the ingress controller.
#     entrances: []
#   elements: {entrances: text}
package portcullis.rules.exposed_service_type

import data.portcullis.prelude.entrances.is_internal
import data.portcullis.prelude.entrances.words

findings contains {"at": ["spec", "type"], "message": message} if {
	input.resource.spec.type == "NodePort"
	not is_entrance
	message := "service of type NodePort opens a port on every node"
}

findings contains {"at": ["spec", "type"], "others": others, "message": message} if {
	input.resource.spec.type == "LoadBalancer"
	not is_entrance
	not is_internal
	others := [{"at": array.concat(["metadata", "annotations"], [key])} | some key in words]
	message := "service of type LoadBalancer makes a public load balancer of its own"
}

is_entrance if object.get(input.resource, ["metadata", "name"], "") in input.params.entrances
