# METADATA
# title: Cache that is talked to in the open
# description: Sessions and tokens travel in the network as they are.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_30
#     - trivy:AWS-0051
#   scope: resource
#   target: [aws_elasticache_replication_group.terraform]
package portcullis.rules.cache_without_tls

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "transit_encryption_enabled"], "message": message} if {
	enabled := object.get(values, "transit_encryption_enabled", false)
	not terraform.is_true(enabled)
	message := sprintf("%s is talked to in the open: transit_encryption_enabled is not true", [address])
}
