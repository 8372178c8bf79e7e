# METADATA
# title: Cluster whose control plane keeps no logs
# description: Nobody can say afterwards who did what.
# custom:
#   severity: error
#   group: platform
#   like:
#     - checkov:CKV_AWS_37
#     - trivy:AWS-0038
#   scope: resource
#   target: [aws_eks_cluster.terraform]
#   params:
#     logs: [api, audit, authenticator]
package portcullis.rules.cluster_without_audit_logs

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": at, "message": message} if {
	kept := object.get(values, "enabled_cluster_log_types", [])
	unknown := [["values", "enabled_cluster_log_types", i] | is_array(kept); some i, log in kept; terraform.is_unknown(log)]
	at := array.concat(unknown, [["values", "enabled_cluster_log_types"]])[0]
	missing := [log | some log in input.params.logs; not log in terraform.listed(kept)]
	count(missing) > 0
	message := sprintf("%s keeps no logs of %s", [address, concat(", ", missing)])
}
