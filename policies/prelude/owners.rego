# To which Application an object belongs.
package portcullis.prelude.owners

# The one that it is rendered for, or the one that has written its name on it.
owner(resource) := resource.application if resource.application != ""

else := split(id, ":")[0] if {
	id := resource.resource.metadata.annotations["argocd.argoproj.io/tracking-id"]
} else := ""
