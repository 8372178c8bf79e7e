# METADATA
# title: Default ServiceAccount that hands out its token
# description: Every pod of the namespace that names no other ServiceAccount gets a token of the API server that it did not ask for.
# custom:
#   severity: warning
#   group: access
#   like: [checkov:CKV_K8S_41]
#   scope: resource
#   target: [ServiceAccount.core]
package portcullis.rules.open_default_service_account

findings contains {"at": at, "message": message} if {
	object.get(input.resource, ["metadata", "name"], "") == "default"
	object.get(input.resource, "automountServiceAccountToken", null) != false
	message := "the default ServiceAccount hands out its token: automountServiceAccountToken is not false"
}

at := ["automountServiceAccountToken"] if "automountServiceAccountToken" in object.keys(input.resource)

else := ["metadata", "name"]
