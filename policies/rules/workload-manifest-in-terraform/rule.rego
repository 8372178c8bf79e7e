# METADATA
# title: Manifest of a workload that Terraform applies
# description: What Terraform and Argo CD both own, each puts back as it was.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [kubectl_manifest.terraform, kubernetes_manifest.terraform]
package portcullis.rules.workload_manifest_in_terraform

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "manifest", "kind"], "message": message} if {
	kind := object.get(values, ["manifest", "kind"], "")
	terraform.may_be(kind, kinds)
	message := sprintf("%s is deployed by Terraform, past Argo CD", [address])
}

findings contains {"at": ["values", "manifest"], "message": message} if {
	terraform.is_unknown(object.get(values, "manifest", null))
	message := sprintf("%s applies what is not known", [address])
}

findings contains {"at": ["values", "yaml_body"], "message": message} if {
	text := values.yaml_body
	is_workload(text)
	message := sprintf("%s is deployed by Terraform, past Argo CD", [address])
}

kinds := {"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "Rollout", "StatefulSet"}

is_workload(text) if {
	is_string(text)
	regex.match(`(?m)^("?kind"?: *|.*[{,] *"kind": *)["']?(CronJob|DaemonSet|Deployment|Job|Pod|ReplicaSet|Rollout|StatefulSet)["']?[ ,}\r]*(#.*)?$`, text)
}

is_workload(text) if {
	is_string(text)
	regex.match(`^[{].*"kind": *"(CronJob|DaemonSet|Deployment|Job|Pod|ReplicaSet|Rollout|StatefulSet)"`, text)
}

is_workload(text) if terraform.is_unknown(text)
