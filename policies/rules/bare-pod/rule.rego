# METADATA
# title: Pod that nothing replaces
# description: A pod of nobody is gone with its node.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kyverno:prevent-bare-pods
#   checklists: [spot]
#   scope: resource
#   target: [Pod]
package portcullis.rules.bare_pod

import data.portcullis.prelude.pods.long_running

findings contains {"at": ["kind"], "message": message} if {
	long_running
	count(object.get(input.resource.metadata, "ownerReferences", [])) == 0
	count(object.keys(object.get(input.resource.metadata, "annotations", {})) & elsewhere) == 0
	message := sprintf("pod %s has no owner that would replace it", [object.get(input.resource.metadata, "name", "without a name")])
}

# A hook runs once; a static pod is kept by its kubelet.
elsewhere := {"argocd.argoproj.io/hook", "helm.sh/hook", "kubernetes.io/config.mirror"}
