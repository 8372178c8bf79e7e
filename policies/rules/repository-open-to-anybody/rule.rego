# METADATA
# title: Image repository that anybody may use
# description: Whoever pushes an image runs code in the cluster.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_32
#     - trivy:AWS-0032
#   scope: resource
#   target: [aws_ecr_repository_policy.terraform, aws_ecrpublic_repository_policy.terraform]
package portcullis.rules.repository_open_to_anybody

import data.portcullis.prelude.principals
import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["Principal"]), "message": message} if {
	some found in terraform.statements("/policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
	principals.is_anybody(object.get(found.statement, "Principal", {}))
	message := sprintf("%s lets anybody in", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/policy")
	message := sprintf("%s lets in who is not known", [address])
}

findings contains {"at": at, "message": message} if {
	some found in terraform.statements("/policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
	some at in principals.vague(found)
	message := sprintf("%s lets in who is not known", [address])
}
