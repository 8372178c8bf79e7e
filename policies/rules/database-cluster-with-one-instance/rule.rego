# METADATA
# title: Aurora cluster of one instance
# description: When that instance goes, nothing answers until another one is made.
# custom:
#   severity: error
#   group: availability
#   scope: resource
#   target: [terraform_root.terraform]
#   params:
#     instances: 2
package portcullis.rules.database_cluster_with_one_instance

import data.portcullis.prelude.terraform

findings contains {"at": at, "message": message} if {
	some address, cluster in terraform.managed("aws_rds_cluster")
	is_aurora(object.get(cluster, ["values", "engine"], "aurora"))
	object.get(cluster, ["values", "engine_mode"], "provisioned") == "provisioned"
	object.get(cluster, ["values", "cluster_scalability_type"], "standard") == "standard"
	is_served_here(address)
	not grows(object.get(cluster, "module", ""))
	at := terraform.unlinked("aws_rds_cluster_instance", "cluster_identifier", address, input.params.instances)
	message := sprintf("%s has fewer than %v instances", [address, input.params.instances])
}

is_aurora(engine) if {
	is_string(engine)
	startswith(engine, "aurora")
}

# Application Auto Scaling adds readers.
grows(module) if {
	some target in terraform.managed("aws_appautoscaling_target")
	object.get(target, "module", "") == module
	object.get(target, ["values", "scalable_dimension"], "") == "rds:cluster:ReadReplicaCount"
	capacity := object.get(target, ["values", "min_capacity"], 0)
	not capacity in {0, "0"}
}

# One of them at least is made here, or any may be.
is_served_here(address) if count(terraform.linked("aws_rds_cluster_instance", "cluster_identifier", address)) > 0

is_served_here(_) if count(terraform.vague("aws_rds_cluster_instance", "cluster_identifier")) > 0

is_served_here(_) if count(terraform.managed("aws_rds_cluster_instance")) == 0
