# METADATA
# title: Update that waits for somebody to delete pods
# description: A commit changes nothing that runs until each pod is deleted by hand.
# custom:
#   severity: warning
#   group: availability
#   scope: resource
#   target: [DaemonSet, StatefulSet]
package portcullis.rules.update_on_delete

findings contains {"at": ["spec", "updateStrategy", "type"], "message": message} if {
	input.resource.spec.updateStrategy.type == "OnDelete"
	message := sprintf("pods of %s %s run on unchanged until somebody deletes them", [input.resource.kind, input.resource.metadata.name])
}
