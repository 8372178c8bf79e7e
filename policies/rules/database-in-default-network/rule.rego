# METADATA
# title: Database in the network that came with the account
# description: The subnets of the default network are all public.
# custom:
#   severity: error
#   group: network
#   scope: resource
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform]
package portcullis.rules.database_in_default_network

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "db_subnet_group_name"], "message": message} if {
	terraform.may_lack(object.get(values, "db_subnet_group_name", ""))
	not values.replicate_source_db
	not values.replication_source_identifier
	message := sprintf("%s lies in the default network: it has no db_subnet_group_name", [address])
}

findings contains {"at": ["values", "db_subnet_group_name"], "message": message} if {
	object.get(values, "db_subnet_group_name", "") == "default"
	message := sprintf("%s lies in the default network", [address])
}
