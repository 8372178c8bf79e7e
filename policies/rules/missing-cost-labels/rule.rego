# METADATA
# title: Pod whose costs are nobody's
# description: What a pod costs is told by its own labels; without them it goes to the platform's account.
# custom:
#   severity: error
#   group: validity
#   "off": Which labels carry the costs only the configuration knows; it finds something once `labels` lists them.
#   scope: resource
#   target: pod
#   params:
#     labels: []
#   elements: {labels: text}
package portcullis.rules.missing_cost_labels

findings contains {"at": array.concat(input.pod.metadata_at, ["labels", name]), "message": message} if {
	count(object.get(input.resource, ["metadata", "ownerReferences"], [])) == 0
	some name in input.params.labels
	trim_space(sprintf("%v", [object.get(input.pod.labels, name, "")])) == ""
	message := sprintf("pods have no label %s, so their costs are nobody's", [name])
}
