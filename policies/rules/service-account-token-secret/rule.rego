# METADATA
# title: Token of a ServiceAccount that never ends
# description: A token in a Secret is valid until somebody deletes it, for whoever has read it once.
# custom:
#   severity: error
#   group: access
#   scope: resource
#   target: [Secret.core]
package portcullis.rules.service_account_token_secret

findings contains {"at": ["type"], "message": message} if {
	input.resource.type == "kubernetes.io/service-account-token"
	account := object.get(input.resource, ["metadata", "annotations", "kubernetes.io/service-account.name"], "without a name")
	message := sprintf("secret asks for a token of ServiceAccount %s that never ends", [account])
}
