# METADATA
# title: Instance metadata that pods can reach
# description: A pod that reads the metadata of its node takes the role of the node.
# custom:
#   severity: error
#   group: placement
#   scope: resource
#   target: [EC2NodeClass]
#   params:
#     hops: 1
package portcullis.rules.open_instance_metadata

# The defaults of Karpenter: a session token and one hop, of which the older version gave two.
options := object.union(defaults, object.get(input.resource.spec, "metadataOptions", {}))

defaults := {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": hops}

hops := 2 if endswith(input.resource.apiVersion, "/v1beta1")

else := 1

findings contains {"at": ["spec", "metadataOptions", "httpTokens"], "message": message} if {
	options.httpEndpoint != "disabled"
	options.httpTokens != "required"
	message := sprintf("httpTokens is %v: the metadata are open without a session token (IMDSv1)", [options.httpTokens])
}

findings contains {"at": ["spec", "metadataOptions", "httpPutResponseHopLimit"], "message": message} if {
	options.httpEndpoint != "disabled"
	options.httpPutResponseHopLimit > input.params.hops
	message := sprintf("httpPutResponseHopLimit is %v, so the metadata reach pods", [options.httpPutResponseHopLimit])
}
