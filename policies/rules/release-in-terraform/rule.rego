# METADATA
# title: Release of Helm that Terraform makes
# description: What Terraform and Argo CD both own, each puts back as it was.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [helm_release.terraform]
#   params:
#     bootstrap: [argo-cd, argocd-apps, karpenter, karpenter-crd]
package portcullis.rules.release_in_terraform

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": at, "message": message} if {
	object.get(input.resource, "mode", "managed") == "managed"
	chart := object.get(values, "chart", "")
	not is_first(chart)
	at := array.concat(terraform.unknown_of(["chart"]), [["values", "chart"]])[0]
	message := sprintf("%s is released by Terraform, past Argo CD", [address])
}

# What must be there before Argo CD can deliver; a chart may be named by its path or address.
is_first(chart) if {
	is_string(chart)
	words := split(trim_suffix(chart, "/"), "/")
	words[count(words) - 1] in input.params.bootstrap
}
