# METADATA
# title: Service with external IPs
# description: Every node sends what goes to an external IP to the Service, so that a Service can take anybody's traffic.
# custom:
#   severity: error
#   group: network
#   like:
#     - gatekeeper:externalip
#     - kyverno:restrict-service-external-ips
#   scope: resource
#   target: [Service.core]
#   params:
#     allowed: []
#   elements: {allowed: text}
package portcullis.rules.external_ips

findings contains {"at": ["spec", "externalIPs", i], "message": message} if {
	some i, address in input.resource.spec.externalIPs
	not address in input.params.allowed
	message := sprintf("service takes what is sent to %v", [address])
}
