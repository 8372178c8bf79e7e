# METADATA
# title: Listener that speaks plain HTTP
# description: Whoever is on the way reads and changes what is sent.
# custom:
#   severity: error
#   group: network
#   like:
#     - checkov:CKV_AWS_2
#     - trivy:AWS-0054
#   scope: resource
#   target: [aws_lb_listener.terraform, aws_alb_listener.terraform]
package portcullis.rules.listener_without_tls

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": at, "message": message} if {
	terraform.may_be(protocol, {"HTTP"})
	not terraform.has(input.resource, "default_action", "type", {"redirect"})
	unknown := array.concat(terraform.unknown_of(["protocol"]), terraform.unclear(input.resource, "default_action", "type"))
	at := array.concat(unknown, [["values", "protocol"]])[0]
	message := sprintf("%s speaks plain HTTP", [address])
}

# A load balancer of applications takes HTTP where nobody says; that of a gateway has no port.
protocol := values.protocol

protocol := "HTTP" if {
	object.get(values, "port", null) != null
	object.get(values, "protocol", null) == null
}
