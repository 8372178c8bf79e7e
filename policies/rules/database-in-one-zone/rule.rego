# METADATA
# title: Database in one zone
# description: When its zone goes, a database without a standby is gone until somebody restores it.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV_AWS_157
#   scope: resource
#   target: [aws_db_instance.terraform]
package portcullis.rules.database_in_one_zone

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# A replica has its primary.
findings contains {"at": ["values", "multi_az"], "message": message} if {
	not values.replicate_source_db
	multi_az := object.get(values, "multi_az", false)
	not terraform.is_true(multi_az)
	message := sprintf("%s has no standby in another zone: multi_az is not true", [address])
}
