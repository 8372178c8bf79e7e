# METADATA
# title: Broker in one zone
# description: Consumers can only reconnect to a standby that there is.
# custom:
#   severity: error
#   group: availability
#   scope: resource
#   target: [aws_mq_broker.terraform]
package portcullis.rules.broker_in_one_zone

import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "deployment_mode"], "message": message} if {
	mode := object.get(values, "deployment_mode", "SINGLE_INSTANCE")
	not mode in {"ACTIVE_STANDBY_MULTI_AZ", "CLUSTER_MULTI_AZ"}
	message := sprintf("%s is one broker in one zone", [address])
}
