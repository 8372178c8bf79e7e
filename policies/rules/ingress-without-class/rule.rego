# METADATA
# title: Ingress without a class
# description: Without a class either every controller serves it or none, as the cluster happens to be set up.
# custom:
#   severity: warning
#   group: network
#   scope: resource
#   target: [Ingress]
package portcullis.rules.ingress_without_class

annotation := "kubernetes.io/ingress.class"

findings contains {"at": ["spec", "ingressClassName"], "message": message} if {
	object.get(input.resource, ["spec", "ingressClassName"], "") == ""
	object.get(input.resource, ["metadata", "annotations", annotation], "") == ""
	message := "ingress names no class, so that the cluster decides who serves it"
}
