# METADATA
# title: Application that follows a branch
# description: What a branch holds changes without a change of the Application, so that its history does not tell what ran.
# custom:
#   severity: warning
#   group: delivery
#   "off": To follow main is how most teams work with Argo CD; it is for those that promote by tags.
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io]
#   params:
#     # What a revision must look like that stays what it is: a commit, or a tag of a version.
#     pinned: ^([0-9a-f]{40}|v?[0-9]+\.[0-9]+\.[0-9]+([-+].*)?|refs/tags/.+)$
package portcullis.rules.unpinned_target_revision

import data.portcullis.prelude.argo.sources

findings contains {"at": array.concat(one.at, ["targetRevision"]), "message": message} if {
	some one in sources
	object.get(one.source, "chart", "") == ""
	revision := object.get(one.source, "targetRevision", "")
	shown := object.get({"": "HEAD"}, revision, revision)
	not contains(shown, "{{")
	not regex.match(input.params.pinned, shown)
	message := sprintf("source follows %s", [shown])
}
