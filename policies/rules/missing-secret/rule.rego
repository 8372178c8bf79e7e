# METADATA
# title: Secret that nothing makes
# description: A container waits for ever for a Secret that is not there.
# custom:
#   severity: warning
#   group: validity
#   "off": Secrets often come from outside of Git, by hand or by a job; it is for platforms whose External Secrets or Certificates make all of them.
#   scope: platform
#   target: pod
#   joins: [Certificate, ExternalSecret, Ingress.networking.k8s.io, SealedSecret, Secret, SecretProviderClass]
#   params:
#     known: []
#   elements: {known: text}
package portcullis.rules.missing_secret

import data.portcullis.prelude.names

findings contains {"resource": holder.id, "at": places[0], "others": others, "message": message} if {
	some holder in input.platform.resources
	missed := [one | some one in names.missing(holder, "Secret"); not one.name in input.params.known]
	count(missed) > 0
	not issued(holder)
	some name in {one.name | some one in missed}
	places := names.places(missed, name)
	others := [{"at": at} | some at in array.slice(places, 1, count(places))]
	message := sprintf("nothing in sight makes Secret %s", [name])
}

# cert-manager makes the Secrets of an Ingress that names an issuer.
issued(resource) if {
	resource.kind == "Ingress"
	some key in ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme"]
	key in object.keys(resource.resource.metadata.annotations)
}
