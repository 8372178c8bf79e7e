# METADATA
# title: Application that Argo CD refuses
# description: An Application with two answers to one question, or none, is never synced, and its service stays as it was.
# custom:
#   severity: error
#   group: delivery
#   like: [kyverno:application-field-validation]
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io]
package portcullis.rules.contradictory_application

import data.portcullis.prelude.argo
import data.portcullis.prelude.argo.at
import data.portcullis.prelude.argo.sources
import data.portcullis.prelude.argo.spec

given(object_, field) if object.get(object_, field, "") != ""

destination := object.get(spec, "destination", {})

findings contains {"at": array.concat(at, ["destination", "server"]), "others": others, "message": message} if {
	given(destination, "server")
	given(destination, "name")
	others := [{"at": array.concat(at, ["destination", "name"])}]
	message := "destination has both a server and a name"
}

findings contains {"at": array.concat(at, ["destination"]), "message": message} if {
	not given(destination, "server")
	not given(destination, "name")
	not argo.patched("destination:")
	message := "destination has neither a server nor a name"
}

findings contains {"at": array.concat(one.at, ["path"]), "others": [{"at": array.concat(one.at, ["chart"])}], "message": message} if {
	some one in sources
	given(one.source, "path")
	given(one.source, "chart")
	message := "source has both a path and a chart"
}

findings contains {"at": one.at, "message": message} if {
	some one in sources
	not given(one.source, "path")
	not given(one.source, "chart")
	not given(one.source, "ref")
	not argo.patched("source")
	message := "source has neither a path nor a chart"
}

findings contains {"at": at, "message": message} if {
	count(sources) == 0
	not is_object(object.get(spec, "sourceHydrator", null))
	not argo.patched("source")
	message := sprintf("%s has no source", [input.resource.kind])
}
