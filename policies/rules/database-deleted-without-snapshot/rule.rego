# METADATA
# title: Database that leaves no snapshot
# description: Whoever deletes it by mistake deletes all that was in it.
# custom:
#   severity: error
#   group: availability
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform, aws_redshift_cluster.terraform, aws_neptune_cluster.terraform, aws_docdb_cluster.terraform]
package portcullis.rules.database_deleted_without_snapshot

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "skip_final_snapshot"], "message": message} if {
	not values.replicate_source_db
	terraform.may_be(object.get(values, "skip_final_snapshot", false), {true, "true"})

	# Its backups may stay instead.
	backups := object.get(values, "delete_automated_backups", true)
	not terraform.is_false(backups)
	message := sprintf("%s leaves no snapshot when it is deleted", [address])
}
