# METADATA
# title: Service that is an alias of a host elsewhere
# description: An alias passes by network policies and certificates, and the host behind it can change hands.
# custom:
#   severity: warning
#   group: network
#   "off": An alias for the endpoint of a managed database is good practice in some places; it is for those where endpoints stand in values.
#   scope: resource
#   target: [Service.core]
package portcullis.rules.external_name_service

findings contains {"at": ["spec", "externalName"], "message": message} if {
	input.resource.spec.type == "ExternalName"
	message := sprintf("service is an alias of %s", [object.get(input.resource.spec, "externalName", "no host")])
}
