# METADATA
# title: Kind that nobody could check
# description: The fields of an object whose kind has no schema in sight may be misspelt without anybody noticing.
# custom:
#   severity: warning
#   group: validity
#   "off": Most platforms install definitions by other means than this repository; how many objects of which kinds were not checked stands beside every report.
#   scope: resource
#   target: any
#   facts: [schema]
package portcullis.rules.unknown_kind

findings contains {"at": ["kind"], "message": message} if {
	message := sprintf("%s, so nobody could check its fields", [input.schema.unchecked])
}
