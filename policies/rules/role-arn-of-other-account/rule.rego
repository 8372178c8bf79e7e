# METADATA
# title: IAM role of an account that is not ours
# description: A role of another account or environment gives a pod rights where nobody expects it.
# custom:
#   severity: error
#   group: access
#   "off": Which accounts are ours only the configuration knows; it is on once `accounts` lists them.
#   scope: resource
#   target: [ServiceAccount.core]
#   params:
#     accounts: []
#   elements: {accounts: text}
package portcullis.rules.role_arn_of_other_account

key := "eks.amazonaws.com/role-arn"

findings contains {"at": ["metadata", "annotations", key], "message": message} if {
	count(input.params.accounts) > 0
	parts := split(object.get(input.resource, ["metadata", "annotations", key], ""), ":")
	count(parts) == 6
	account := parts[4]
	not account in input.params.accounts
	message := sprintf("role is of account %s, which is none of %s", [account, concat(", ", input.params.accounts)])
}
