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
import data.portcullis.prelude.texts

fields := ["parameter_group_name", "db_parameter_group_name", "db_cluster_parameter_group_name", "cluster_parameter_group_name"]

findings contains {"at": at, "message": message} if {
	some field in fields
	name := values[field]
	others := [way | some way in texts.ways(name); not is_default(way)]
	count(others) == 0
	at := texts.settled(["values", field], name)
	message := sprintf("%s has the parameters of AWS: its %s cannot be changed", [address, field])
}

# One of them may be.
findings contains {"at": ["values", field], "message": message} if {
	some field in fields
	name := values[field]
	terraform.is_unknown(name)
	ways := texts.ways(name)
	count([way | some way in ways; not is_default(way)]) > 0
	count([way | some way in ways; may_be_default(way)]) > 0
	message := sprintf("%s may have the parameters of AWS: its %s is not known", [address, field])
}

is_default(way) if startswith(texts.beginning(way), "default.")

may_be_default(way) if is_default(way)

may_be_default(way) if terraform.is_vague(way)
