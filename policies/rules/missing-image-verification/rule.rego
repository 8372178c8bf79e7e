# METADATA
# title: Nobody checks the signatures of images
# description: A signature that is checked nowhere keeps no foreign image out.
# custom:
#   severity: warning
#   group: images
#   "off": The policy may belong to the cluster and be kept elsewhere; it is for repositories that hold their admission policies.
#   scope: platform
#   target: pod
#   joins: [ClusterImagePolicy, ClusterPolicy, ImagePolicy, ImageValidatingPolicy, Policy]
package portcullis.rules.missing_image_verification

findings contains {"resource": first.id, "at": ["metadata", "name"], "lacks": "ImageValidatingPolicy", "message": message} if {
	count(verifying) == 0
	workloads := [workload | some workload in input.platform.resources; workload.pod]
	first := workloads[0]
	message := sprintf("no policy in sight verifies the signatures of images, among them those of %s", [first.name])
}

# Kyverno's own kinds and rules, sigstore's controller, and OpenShift's.
verifying := [policy.id |
	some policy in input.platform.resources
	verifies(policy)
]

verifies(policy) if {
	policy.group == "policies.kyverno.io"
	policy.kind in {"ImageValidatingPolicy", "NamespacedImageValidatingPolicy"}
	not "Audit" in object.get(policy.resource.spec, "validationActions", ["Deny"])
}

verifies(policy) if {
	policy.group == "kyverno.io"
	some rule in policy.resource.spec.rules
	some check in rule.verifyImages
	action := object.get(check, "failureAction", object.get(policy.resource.spec, "validationFailureAction", "Audit"))
	lower(action) == "enforce"
}

verifies(policy) if {
	policy.group == "policy.sigstore.dev"
	policy.kind == "ClusterImagePolicy"
	object.get(policy.resource.spec, "mode", "enforce") == "enforce"
}

verifies(policy) if {
	policy.group == "config.openshift.io"
	policy.kind in {"ClusterImagePolicy", "ImagePolicy"}
}
