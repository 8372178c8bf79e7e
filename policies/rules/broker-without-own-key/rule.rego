# METADATA
# title: Broker that is encrypted with a key of AWS
# description: Nobody can take the key away, or say who used it.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_AWS_209
#   scope: resource
#   target: [aws_mq_broker.terraform]
package portcullis.rules.broker_without_own_key

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": at, "message": message} if {
	at := terraform.lacking(input.resource, "encryption_options", "use_aws_owned_key", {false, "false"})
	message := sprintf("%s is encrypted with a key of AWS: use_aws_owned_key is not false", [address])
}
