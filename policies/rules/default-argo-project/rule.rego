# METADATA
# title: Application in the default project
# description: The default project of Argo CD lets an Application deploy anything from anywhere to everywhere.
# custom:
#   severity: error
#   group: delivery
#   like: [kyverno:application-prevent-default-project]
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io]
package portcullis.rules.default_argo_project

import data.portcullis.prelude.argo
import data.portcullis.prelude.argo.at
import data.portcullis.prelude.argo.spec

findings contains {"at": array.concat(at, ["project"]), "message": message} if {
	object.get(spec, "project", "") in {"", "default"}
	not argo.patched("project:")
	message := sprintf("%s deploys by the project default, which forbids nothing", [input.resource.kind])
}
