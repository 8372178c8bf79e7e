# METADATA
# title: Cluster that names no version of Kubernetes
# description: AWS takes the newest one on the day when the cluster is made.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_339
#   scope: resource
#   target: [aws_eks_cluster.terraform]
#   params:
#     oldest: "1.30"
package portcullis.rules.cluster_without_version

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "version"], "message": message} if {
	object.get(values, "version", "") == ""
	message := sprintf("%s names no version of Kubernetes", [address])
}

findings contains {"at": ["values", "version"], "message": message} if {
	terraform.is_unknown(object.get(values, "version", ""))
	message := sprintf("%s has a version that is not known", [address])
}

findings contains {"at": ["values", "version"], "message": message} if {
	version := values.version
	is_older(version, input.params.oldest)
	message := sprintf("%s has version %v, older than %v", [address, version, input.params.oldest])
}

is_older(version, oldest) if {
	not is_object(version)
	[had, wanted] := [split(sprintf("%v", [one]), ".") | some one in [version, oldest]]
	to_number(had[0]) == to_number(wanted[0])
	to_number(had[1]) < to_number(wanted[1])
}
