# METADATA
# title: Secret that stands in the repository
# description: Who can read the repository, or the state, has it.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_SECRET_6
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform, aws_redshift_cluster.terraform, aws_elasticache_replication_group.terraform, aws_mq_broker.terraform, aws_secretsmanager_secret_version.terraform, aws_ssm_parameter.terraform]
package portcullis.rules.written_secret

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

fields := {
	"aws_db_instance": "password",
	"aws_rds_cluster": "master_password",
	"aws_redshift_cluster": "master_password",
	"aws_elasticache_replication_group": "auth_token",
	"aws_secretsmanager_secret_version": "secret_string",
}

findings contains {"at": ["values", field], "message": message} if {
	field := fields[input.resource.kind]
	is_written(object.get(values, field, null))
	message := sprintf("the %s of %s stands in a file", [field, address])
}

findings contains {"at": array.concat(found.at, ["password"]), "message": message} if {
	input.resource.kind == "aws_mq_broker"
	some found in terraform.blocks("user")
	is_written(object.get(found.block, "password", null))
	message := sprintf("the password of a user of %s stands in a file", [address])
}

findings contains {"at": ["values", "value"], "message": message} if {
	input.resource.kind == "aws_ssm_parameter"
	object.get(values, "type", "") == "SecureString"
	is_written(object.get(values, "value", null))
	message := sprintf("the value of %s stands in a file", [address])
}

# A text, or something sensitive that is known all the same.
is_written(value) if {
	is_string(value)
	value != ""
}

is_written(value) if {
	is_object(value)
	object.get(value, "$sensitive", false)
	object.get(value, "known", false)
}
