# METADATA
# title: Field that the kind does not have
# description: An API server drops what it does not know, or refuses the object, so that what somebody asked for never happens.
# custom:
#   severity: error
#   group: validity
#   like: [kube-linter:schema-validation]
#   scope: resource
#   target: any
#   facts: [schema]
package portcullis.rules.unknown_field

findings contains {"at": field.at, "message": message} if {
	some field in input.schema.unknown
	message := concat(", ", [text |
		some text in [sprintf("unknown field %s", [field.field]), object.get(field, "hint", "")]
		text != ""
	])
}
