# METADATA
# title: Ingress with a snippet of nginx configuration
# description: A snippet is code that runs in the ingress controller, which holds the keys and secrets of everybody's Ingress.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_K8S_152
#     - checkov:CKV_K8S_153
#     - checkov:CKV_K8S_154
#     - kyverno:disallow-ingress-nginx-custom-snippets
#   scope: resource
#   target: [Ingress]
package portcullis.rules.ingress_snippet

findings contains {"at": ["metadata", "annotations", key], "message": message} if {
	some key, _ in input.resource.metadata.annotations
	contains(key, "snippet")
	regex.match(`nginx[^/]*/([a-z]+-)*snippets?$`, key)
	message := sprintf("annotation %s puts its text into the configuration of nginx", [key])
}
