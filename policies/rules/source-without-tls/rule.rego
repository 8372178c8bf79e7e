# METADATA
# title: Source of manifests without TLS
# description: Whoever sits between Argo CD and a source without TLS deploys what they like.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io]
package portcullis.rules.source_without_tls

import data.portcullis.prelude.argo.sources

findings contains {"at": array.concat(one.at, ["repoURL"]), "message": message} if {
	some one in sources
	address := lower(object.get(one.source, "repoURL", ""))
	some scheme in ["http://", "git://"]
	startswith(address, scheme)
	message := sprintf("source is fetched by %s, without TLS", [trim_suffix(scheme, "://")])
}
