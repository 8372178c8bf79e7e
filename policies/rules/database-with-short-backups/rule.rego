# METADATA
# title: Database with short backups
# description: What was overwritten unseen can only come back from before.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV_AWS_133
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform]
#   params:
#     days: 7
package portcullis.rules.database_with_short_backups

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# Replicas and what a cluster backs up have their backups elsewhere.
findings contains {"at": ["values", "backup_retention_period"], "message": message} if {
	not values.replicate_source_db
	days := object.get(values, "backup_retention_period", unset)
	is_short(days)
	message := sprintf("%s keeps backups for less than %v days", [address, input.params.days])
}

# What AWS takes where nobody says.
unset := 1 if input.resource.kind == "aws_rds_cluster"

else := 0

is_short(days) if {
	is_number(days)
	days < input.params.days
}

is_short(days) if {
	is_string(days)
	to_number(days) < input.params.days
}

is_short(days) if terraform.is_unknown(days)
