# METADATA
# title: Object without the labels that are demanded
# description: Without owner and contact nobody knows whom to ask when it fails at night.
# custom:
#   severity: error
#   group: validity
#   like:
#     - gatekeeper:requiredannotations
#     - gatekeeper:requiredlabels
#     - kube-linter:required-annotation-email
#     - kube-linter:required-label-owner
#     - kyverno:require-annotations
#     - kyverno:require-labels
#   "off": Which labels are demanded only the configuration knows; it finds something once `labels` or `annotations` lists them.
#   scope: resource
#   target: [CronJob.batch, DaemonSet.apps, Deployment.apps, Job.batch, Namespace.core, Rollout.argoproj.io, Service.core, StatefulSet.apps]
#   params:
#     labels: []
#     annotations: []
#   elements: {labels: text, annotations: text}
package portcullis.rules.missing_labels

findings contains {"at": ["metadata", field, name], "message": message} if {
	count(object.get(input.resource, ["metadata", "ownerReferences"], [])) == 0
	some field in ["labels", "annotations"]
	some name in input.params[field]
	trim_space(sprintf("%v", [object.get(input.resource, ["metadata", field, name], "")])) == ""
	message := sprintf("%s has no %s %s", [input.resource.kind, trim_suffix(field, "s"), name])
}
