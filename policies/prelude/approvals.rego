# What somebody answers for in the message of a commit: `Change-Request: CHG0012345 aws_db_instance.main`.
package portcullis.prelude.approvals

# The trailers that name an address.
is_approved(address) if {
	some value in object.get(input.change, ["trailers", lower(input.params.trailer)], [])
	regex.match(input.params.approvalPattern, value)
	some word in split(value, " ")
	trim(word, ",;") == address
}
