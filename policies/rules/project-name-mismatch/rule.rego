# METADATA
# title: ApplicationSet that is not called as its project
# description: Where each ApplicationSet has a project of its own, another name means that it deploys by somebody else's.
# custom:
#   severity: warning
#   group: delivery
#   like: [kyverno:applicationset-name-matches-project]
#   "off": It is for platforms where each ApplicationSet has a project of its own name; others share projects among many.
#   scope: resource
#   target: [ApplicationSet.argoproj.io]
package portcullis.rules.project_name_mismatch

import data.portcullis.prelude.argo.at
import data.portcullis.prelude.argo.name
import data.portcullis.prelude.argo.spec

findings contains {"at": array.concat(at, ["project"]), "others": [{"at": ["metadata", "name"]}], "message": message} if {
	project := object.get(spec, "project", "default")
	project != name
	message := sprintf("ApplicationSet %s deploys by the project %s", [name, project])
}
