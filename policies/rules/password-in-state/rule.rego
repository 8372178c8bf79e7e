# METADATA
# title: Password that stands in the state
# description: Whoever may read the state of Terraform may log on.
# custom:
#   severity: warning
#   group: access
#   like:
#     - tflint:aws_write_only_arguments
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform, aws_redshift_cluster.terraform, aws_docdb_cluster.terraform]
package portcullis.rules.password_in_state

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

fields := {
	"aws_db_instance": "password",
	"aws_rds_cluster": "master_password",
	"aws_redshift_cluster": "master_password",
	"aws_docdb_cluster": "master_password",
}

# What is written down is for another rule.
findings contains {"at": ["values"], "message": message} if {
	field := fields[input.resource.kind]
	value := values[field]
	object.get(value, "$of", "") != ""
	message := sprintf("the state of %s keeps its %s", [address, field])
}

findings contains {"at": ["values", field], "message": message} if {
	field := fields[input.resource.kind]
	value := values[field]
	is_given(value)
	message := sprintf("the state of %s keeps its %s", [address, field])
}

# A variable that nobody sets may be null.
is_given(value) if terraform.is_vague(value)

is_given(value) if {
	object.get(value, "$sensitive", false)
	not object.get(value, "known", false)
}
