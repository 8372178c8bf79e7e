# METADATA
# title: Data store with a public address
# description: Whoever finds the address may try passwords.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_17
#     - checkov:CKV_AWS_69
#     - checkov:CKV_AWS_87
#     - checkov:CKV_AWS_89
#     - trivy:AWS-0180
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster_instance.terraform, aws_mq_broker.terraform, aws_redshift_cluster.terraform, aws_dms_replication_instance.terraform]
package portcullis.rules.public_data_store

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "publicly_accessible"], "message": message} if {
	public := object.get(values, "publicly_accessible", unset)
	terraform.may_be(public, {true, "true"})
	message := sprintf("%s has a public address", [address])
}

# What the provider takes where nobody says.
unset := input.resource.kind == "aws_redshift_cluster"
