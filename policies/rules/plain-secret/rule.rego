# METADATA
# title: Secret with its text in Git
# description: What a Secret holds is only encoded, so that Git hands it to everybody who reads the repository.
# custom:
#   severity: error
#   group: access
#   "off": Charts make Secrets of their own with random texts; it is for platforms whose secrets come from External Secrets alone.
#   scope: resource
#   target: [Secret.core]
#   params:
#     # Types whose text is no secret, or is written by a controller.
#     types: [bootstrap.kubernetes.io/token, helm.sh/release.v1, kubernetes.io/service-account-token]
package portcullis.rules.plain_secret

findings contains {"at": [field], "message": message} if {
	some field in ["data", "stringData"]
	texts := [key | some key, text in input.resource[field]; text != ""]
	count(texts) > 0
	not object.get(input.resource, "type", "Opaque") in input.params.types
	not owned
	message := sprintf("secret brings the text of %s along", [concat(", ", sort(texts))])
}

# An operator made it in the cluster.
owned if count(input.resource.metadata.ownerReferences) > 0
