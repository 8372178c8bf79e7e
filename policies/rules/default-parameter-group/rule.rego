# METADATA
# title: Database with parameters that nobody may change
# description: The group that AWS makes cannot be edited, and another one means a restart.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - tflint:aws_db_instance_default_parameter_group
#     - tflint:aws_elasticache_cluster_default_parameter_group
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform, aws_rds_cluster_instance.terraform, aws_elasticache_replication_group.terraform, aws_elasticache_cluster.terraform, aws_redshift_cluster.terraform]
package portcullis.rules.default_parameter_group

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", field], "message": message} if {
	some field in ["parameter_group_name", "db_parameter_group_name", "db_cluster_parameter_group_name", "cluster_parameter_group_name"]
	name := values[field]
	is_default(name)
	message := sprintf("%s has the parameters of AWS: its %s cannot be changed", [address, field])
}

is_default(name) if {
	is_string(name)
	startswith(name, "default.")
}

is_default(name) if terraform.is_vague(name)
