# METADATA
# title: Workload that Terraform owns
# description: Argo CD and Terraform then undo each other's changes.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [kubernetes_deployment.terraform, kubernetes_deployment_v1.terraform, kubernetes_stateful_set.terraform, kubernetes_stateful_set_v1.terraform, kubernetes_daemonset.terraform, kubernetes_daemon_set_v1.terraform, kubernetes_cron_job.terraform, kubernetes_cron_job_v1.terraform, kubernetes_job.terraform, kubernetes_job_v1.terraform]
package portcullis.rules.workload_in_terraform

import data.portcullis.prelude.terraform.address

findings contains {"at": ["values"], "message": message} if {
	object.get(input.resource, "mode", "managed") == "managed"
	message := sprintf("%s is deployed by Terraform, past Argo CD", [address])
}
