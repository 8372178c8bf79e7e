# METADATA
# title: Ingress of a class that is not ours
# description: Traffic that comes in by another controller passes by the one whose TLS, limits and logs were reviewed.
# custom:
#   severity: error
#   group: network
#   like: [kyverno:restrict-ingress-classes]
#   "off": Which controllers serve the platform only its team knows; it is on once `classes` lists them.
#   scope: resource
#   target: [Ingress]
#   params:
#     classes: [nginx]
package portcullis.rules.foreign_ingress_class

annotation := "kubernetes.io/ingress.class"

# The field and the old annotation may stand side by side, and each calls a controller.
said := {
	"spec": object.get(input.resource, ["spec", "ingressClassName"], ""),
	"metadata": object.get(input.resource, ["metadata", "annotations", annotation], ""),
}

fields := {"spec": ["spec", "ingressClassName"], "metadata": ["metadata", "annotations", annotation]}

findings contains {"at": fields[where], "message": message} if {
	some where, class in said
	class != ""
	not class in input.params.classes
	message := sprintf("ingress is of class %s, which is none of %s", [class, concat(", ", input.params.classes)])
}
