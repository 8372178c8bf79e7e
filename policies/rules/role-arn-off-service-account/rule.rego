# METADATA
# title: IAM role on something that is no ServiceAccount
# description: EKS reads the role of a pod from its ServiceAccount, so that an annotation elsewhere gives no role at all.
# custom:
#   severity: error
#   group: access
#   scope: resource
#   target: pod
package portcullis.rules.role_arn_off_service_account

key := "eks.amazonaws.com/role-arn"

findings contains {"at": array.concat(place, ["annotations", key]), "message": message} if {
	some place in {["metadata"], input.pod.metadata_at}
	key in object.keys(object.get(input.resource, array.concat(place, ["annotations"]), {}))
	message := sprintf("role is on a %s, where EKS does not read it", [what[place == input.pod.metadata_at]])
}

what := {true: "pod", false: input.resource.kind}
