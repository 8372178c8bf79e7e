# METADATA
# title: Secret that nobody changes
# description: What was stolen once works forever.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV2_AWS_57
#   "off": Keys of partners and signing secrets are changed by people; those whose secrets all rotate turn it on.
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.secret_without_rotation

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, _ in terraform.managed("aws_secretsmanager_secret")
	at := terraform.unlinked("aws_secretsmanager_secret_rotation", "secret_id", address, 1)
	message := sprintf("%s is never changed: no aws_secretsmanager_secret_rotation names it", [address])
}
