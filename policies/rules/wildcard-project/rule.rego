# METADATA
# title: Project that allows everything
# description: A project with wildcards separates nobody from anybody, whatever it is called.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [AppProject.argoproj.io]
package portcullis.rules.wildcard_project

spec := object.get(input.resource, "spec", {})

findings contains {"at": ["spec", "sourceRepos", i], "message": message} if {
	some i, repository in spec.sourceRepos
	is_any(repository)
	message := sprintf("project %s takes manifests from every repository", [name])
}

findings contains {"at": ["spec", "destinations", i, "namespace"], "message": message} if {
	some i, destination in spec.destinations
	is_any(object.get(destination, "namespace", ""))
	clusters := [object.get(destination, "server", ""), object.get(destination, "name", "")]
	some cluster in clusters
	is_any(cluster)
	message := sprintf("project %s deploys to every namespace of every cluster", [name])
}

# A glob of stars alone.
is_any(text) if {
	text != ""
	trim(text, "*") == ""
}

name := object.get(input.resource, ["metadata", "name"], "without a name")
