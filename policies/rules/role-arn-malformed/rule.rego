# METADATA
# title: IAM role that is no ARN of a role
# description: A pod whose role annotation is wrong starts, and fails at its first call of AWS.
# custom:
#   severity: error
#   group: access
#   scope: resource
#   target: [ServiceAccount.core]
package portcullis.rules.role_arn_malformed

key := "eks.amazonaws.com/role-arn"

annotations := object.get(input.resource, ["metadata", "annotations"], {})

arn := object.get(annotations, key, "")

findings contains {"at": ["metadata", "annotations", key], "message": message} if {
	key in object.keys(annotations)
	not is_role(arn)
	message := sprintf("%v is no ARN of an IAM role%s", [shown, reason])
}

shown := "an empty text" if arn == ""

else := arn

is_role(text) if regex.match(`^arn:aws(-cn|-us-gov|-iso|-iso-b)?:iam::[0-9]{12}:role/([!-~]{1,510}/)?[A-Za-z0-9_+=,.@-]{1,64}$`, text)

parts := split(arn, ":")

default reason := ""

reason := ": the account is not twelve digits" if {
	count(parts) == 6
	account := parts[4]
	not is_account(account)
} else := ": it is not of iam" if {
	count(parts) == 6
	parts[2] != "iam"
} else := ": it names no role" if {
	count(parts) == 6
	path := parts[5]
	not startswith(path, "role/")
}

is_account(text) if regex.match("^[0-9]{12}$", text)
