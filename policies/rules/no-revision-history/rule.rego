# METADATA
# title: Workload that keeps no former revision
# description: What is not kept cannot be rolled back to.
# custom:
#   severity: warning
#   group: availability
#   scope: resource
#   target: [DaemonSet, Deployment, Rollout, StatefulSet]
package portcullis.rules.no_revision_history

findings contains {"at": ["spec", "revisionHistoryLimit"], "message": message} if {
	input.resource.spec.revisionHistoryLimit == 0
	message := sprintf("%s %s keeps no former revision", [input.resource.kind, input.resource.metadata.name])
}
