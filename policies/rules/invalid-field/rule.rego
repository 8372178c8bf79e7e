# METADATA
# title: Value that an API server refuses
# description: An object with a value of the wrong type, a missing field or a name that is none is refused when it is deployed, and stops what is deployed with it.
# custom:
#   severity: error
#   group: validity
#   like: [kube-linter:schema-validation]
#   scope: resource
#   target: any
#   facts: [schema]
package portcullis.rules.invalid_field

findings contains {"at": field.at, "message": message} if {
	some field in input.schema.invalid
	message := sprintf("%s %s", [field.field, field.reason])
}
