# METADATA
# title: Cache that does not fail over
# description: It is gone with its zone, and all load falls on the database at once.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV2_AWS_50
#   scope: resource
#   target: [aws_elasticache_replication_group.terraform]
package portcullis.rules.cache_in_one_zone

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", switch], "message": message} if {
	some switch in ["automatic_failover_enabled", "multi_az_enabled"]
	enabled := object.get(values, switch, false)
	not terraform.is_true(enabled)
	message := sprintf("%s does not fail over to another zone: %s is not true", [address, switch])
}
