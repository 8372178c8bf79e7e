# METADATA
# title: Selector that does not match its own pods
# description: The API server refuses such a workload, so the sync fails half way.
# custom:
#   severity: error
#   group: validity
#   like:
#     - kube-linter:mismatching-selector
#     - polaris:metadataAndInstanceMismatched
#   scope: resource
#   target: [DaemonSet, Deployment, Job, ReplicaSet, ReplicationController, Rollout, StatefulSet]
package portcullis.rules.selector_mismatch

import data.portcullis.prelude.selectors

selector := input.resource.spec.selector

# A Job makes its own selector; a ReplicationController's is a plain map and defaults to the labels.
own_selector if input.resource.kind in {"Job", "ReplicationController"}

findings contains {"at": ["spec", "selector"], "message": message} if {
	input.pod
	not own_selector
	not selector
	message := sprintf("%s has no selector", [input.resource.kind])
}

findings contains {"at": ["spec", "selector"], "message": message} if {
	input.pod
	not own_selector
	selectors.is_empty(selector)
	message := sprintf("selector of the %s is empty", [input.resource.kind])
}

findings contains {"at": label, "other": array.concat(["spec", "selector"], path), "message": message} if {
	some path, requirement in requirements
	not selectors.holds(requirement, input.pod.labels)
	label := ["spec", "template", "metadata", "labels", requirement.key]
	message := sprintf("selector demands label %s, which the pod template does not meet", [requirement.key])
}

requirements[["matchLabels", key]] := {"key": key, "operator": "In", "values": [value]} if {
	input.pod
	some key, value in selector.matchLabels
}

requirements[["matchExpressions", i, "key"]] := requirement if {
	input.pod
	some i, requirement in selector.matchExpressions
}

requirements[[key]] := {"key": key, "operator": "In", "values": [value]} if {
	input.resource.kind == "ReplicationController"
	some key, value in selector
}
