# METADATA
# title: Project that may change the whole cluster
# description: With every kind of cluster allowed, a service's repository may bring ClusterRoles, webhooks and CRDs along.
# custom:
#   severity: error
#   group: delivery
#   like: [kyverno:appproject-clusterresourceblacklist]
#   scope: resource
#   target: [AppProject.argoproj.io]
package portcullis.rules.unscoped_cluster_resources

spec := object.get(input.resource, "spec", {})

findings contains {"at": ["spec", "clusterResourceWhitelist", i], "message": message} if {
	some i, allowed in spec.clusterResourceWhitelist
	allowed.kind == "*"
	allowed.group == "*"
	count(object.get(spec, "clusterResourceBlacklist", [])) == 0
	name := object.get(input.resource, ["metadata", "name"], "without a name")
	message := sprintf("project %s may create every kind that belongs to the whole cluster", [name])
}
