# METADATA
# title: Name of a broker that nothing makes
# description: Clients connect to the broker of another environment, or to nothing.
# custom:
#   severity: error
#   group: platform
#   scope: platform
#   target: [ConfigMap, CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, Rollout, StatefulSet]
#   joins: [ConfigMap, aws_mq_broker.terraform, terraform_root.terraform]
package portcullis.rules.broker_that_nothing_makes

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.hidden
import data.portcullis.prelude.infrastructure.tellers
import data.portcullis.prelude.settings
import data.portcullis.prelude.terraform

host := `b-[a-z0-9-]+\.mq\.[a-z0-9-]+\.amazonaws\.com`

brokers := infrastructure.made("aws_mq_broker")

# Amazon MQ gives names as it makes brokers: a plan, or who writes it down, knows them of those that are there. Where one of them is new, nobody knows its name.
findings contains {"resource": holder.id, "at": setting.at, "others": others, "message": message} if {
	count(brokers) > 0
	count(hidden) == 0
	count([one | some one in brokers; count(hosts(one)) == 0]) == 0
	count([one | some one in brokers; infrastructure.is_told(one)]) > 0
	known := {name | some one in brokers; some name in hosts(one)}
	some holder in tellers
	some setting in settings.of(holder)
	contains(setting.value, ".mq.")
	strange := {name | some name in regex.find_n(host, setting.value, -1)} - known
	count(strange) > 0
	others := [{"resource": one.id, "at": ["values", "instances"]} | some one in brokers]
	message := sprintf("%s names %s, which is no broker that is made here", [setting.name, concat(", ", sort(strange))])
}

# The names of the instances of a broker, where they are known.
hosts(one) := {name |
	some instance in terraform.listed(infrastructure.value(one, "instances"))
	some endpoint in object.get(instance, "endpoints", [])
	is_string(endpoint)
	some name in regex.find_n(host, endpoint, -1)
}
