# METADATA
# title: Failover that nobody rehearses
# description: A standby that never took over does not take over when it must.
# custom:
#   severity: warning
#   group: availability
#   scope: platform
#   target: [aws_db_instance.terraform, aws_rds_cluster.terraform, aws_elasticache_replication_group.terraform]
#   joins: [aws_fis_experiment_template.terraform, terraform_root.terraform]
#   params:
#     actions:
#       aws_db_instance: ["aws:rds:reboot-db-instances"]
#       aws_rds_cluster: ["aws:rds:failover-db-cluster", "aws:rds:reboot-db-instances"]
#       aws_elasticache_replication_group: ["aws:elasticache:replicationgroup-interrupt-az-power", "aws:elasticache:interrupt-cluster-az-power"]
package portcullis.rules.failover_that_nobody_rehearses

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.hidden
import data.portcullis.prelude.terraform

# Only where something is rehearsed: whether anything should be is another question.
findings contains {"resource": store.id, "at": ["metadata", "name"], "others": others, "message": message} if {
	some store in stores
	count(templates) > 0
	count(tried(store)) == 0
	count(doubts) == 0
	others := [{"resource": templates[0].id, "at": ["values", "action"]}]
	message := sprintf("no experiment lets %s fail over: none does %s", [store.name, concat(" or ", wanted(store))])
}

# Nobody knows what an experiment does, or what else is made.
findings contains {"resource": doubt.resource, "at": doubt.at, "message": message} if {
	some store in stores
	count(templates) > 0
	count(tried(store)) == 0
	some doubt in doubts
	message := sprintf("nobody knows whether an experiment lets %s fail over", [store.name])
}

templates := [template |
	some template in infrastructure.made("aws_fis_experiment_template")
	infrastructure.is_told(template)
]

wanted(store) := object.get(input.params.actions, store.kind, [])

tried(store) := [1 |
	some template in templates
	some one in terraform.blocks_of(template.resource, "action")
	object.get(one.block, "action_id", "") in wanted(store)
]

doubts := array.concat(hidden, [{"resource": template.id, "at": at} |
	some template in templates
	some at in terraform.unclear(template.resource, "action", "action_id")
])

# What has another zone to go to.
stores := [store |
	some type, _ in input.params.actions
	some store in infrastructure.made(type)
	infrastructure.is_told(store)
	has_standby(store)
]

has_standby(store) if store.kind == "aws_rds_cluster"

has_standby(store) if {
	some field in ["multi_az", "multi_az_enabled", "automatic_failover_enabled"]
	terraform.is_true(infrastructure.value(store, field))
}
