# METADATA
# title: Listener that speaks old versions of TLS
# description: Versions before 1.2 have known holes.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_103
#     - trivy:AWS-0047
#   scope: resource
#   target: [aws_lb_listener.terraform, aws_alb_listener.terraform]
package portcullis.rules.listener_with_old_tls

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": terraform.resting("ssl_policy", ["protocol"]), "message": message} if {
	terraform.may_be(object.get(values, "protocol", ""), {"HTTPS", "TLS"})
	policy := object.get(values, "ssl_policy", "ELBSecurityPolicy-2016-08")
	not is_new(policy)
	message := sprintf("%s takes versions of TLS before 1.2", [address])
}

# The names say the least version: `TLS13-1-2` takes 1.2 and 1.3.
is_new(policy) if {
	is_string(policy)
	regex.match(`-(TLS13-1-[23]|TLS-1-2|FS-1-2)-`, policy)
}
