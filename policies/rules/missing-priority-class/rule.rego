# METADATA
# title: Pods without a priority class
# description: When room is short, pods without a priority wait as long as the least important ones.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kube-linter:priority-class-name
#     - kyverno:require-pod-priorityclassname
#     - polaris:priorityClassNotSet
#   "off": It means something only where a platform has classes for its services, and no class is the default one.
#   scope: resource
#   target: pod
package portcullis.rules.missing_priority_class

findings contains {"at": array.concat(input.pod.at, ["priorityClassName"]), "message": message} if {
	object.get(input.pod.spec, "priorityClassName", "") == ""
	message := "pods have no priorityClassName"
}
