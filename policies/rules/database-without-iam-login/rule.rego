# METADATA
# title: Database that is logged on to by password alone
# description: A password lives as long as nobody changes it, and works from anywhere.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV_AWS_161
#     - checkov:CKV_AWS_162
#     - trivy:AWS-0176
#   "off": Many services keep one pool of connections with a password that rotates; those who log on by role turn it on.
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform]
package portcullis.rules.database_without_iam_login

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": terraform.resting("iam_database_authentication_enabled", ["engine"]), "message": message} if {
	is_able
	enabled := object.get(values, "iam_database_authentication_enabled", false)
	not terraform.is_true(enabled)
	message := sprintf("%s is logged on to by password alone", [address])
}

is_able if terraform.is_unknown(object.get(values, "engine", ""))

# Oracle, SQL Server and Db2 have no such login.
is_able if regex.match(`^(aurora|aurora-mysql|aurora-postgresql|mysql|mariadb|postgres)$`, object.get(values, "engine", "aurora"))
