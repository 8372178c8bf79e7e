# METADATA
# title: Secret store with a static AWS key
# description: A key that opens all secrets of a store is the one secret that nobody rotates.
# custom:
#   severity: error
#   group: access
#   scope: resource
#   target: [ClusterSecretStore, SecretStore]
package portcullis.rules.secret_store_with_static_key

findings contains {"at": ["spec", "provider", "aws", "auth", "secretRef"], "message": message} if {
	keys := input.resource.spec.provider.aws.auth.secretRef
	count(keys) > 0
	message := sprintf("%s %s reads AWS with a static access key", [input.resource.kind, input.resource.metadata.name])
}
