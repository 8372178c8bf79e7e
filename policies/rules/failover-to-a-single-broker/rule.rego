# METADATA
# title: Failover to a broker that stands alone
# description: Clients that are told of a standby find none when the only broker is gone.
# custom:
#   severity: error
#   group: platform
#   scope: platform
#   target: [ConfigMap, CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, Rollout, StatefulSet]
#   joins: [ConfigMap, aws_mq_broker.terraform]
package portcullis.rules.failover_to_a_single_broker

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.tellers
import data.portcullis.prelude.settings
import data.portcullis.prelude.terraform

# Amazon MQ numbers the brokers of a pair behind the id that they share.
host := `(b-[a-z0-9-]+)-([0-9])\.mq\.[a-z0-9-]+\.amazonaws\.com`

# Which broker of several is meant nobody knows before it is made, so that all of them must stand alone.
findings contains {"resource": url.holder, "at": url.at, "others": others, "message": message} if {
	some url in pairs
	count(brokers) > 0
	count([one | some one in brokers; is_alone(one)]) == count(brokers)
	others := [{"resource": one.id, "at": mode_at(one)} | some one in brokers]
	message := sprintf("%s fails over to a standby, and %s has none", [url.setting, brokers[0].name])
}

# Nobody knows whether there is one.
findings contains {"resource": one.id, "at": ["values", "deployment_mode"], "message": message} if {
	some url in pairs
	count([one | some one in brokers; is_pair(one)]) == 0
	some one in brokers
	terraform.is_unknown(infrastructure.value(one, "deployment_mode"))
	message := sprintf("nobody knows whether %s has the standby that %s names", [one.name, url.setting])
}

brokers := [one |
	some one in infrastructure.made("aws_mq_broker")
	infrastructure.is_told(one)
	engine := infrastructure.value(one, "engine_type")
	is_activemq(engine)
]

is_activemq(engine) if {
	is_string(engine)
	lower(engine) == "activemq"
}

is_activemq(engine) if not is_string(engine)

is_alone(one) if object.get(one.resource, ["values", "deployment_mode"], "SINGLE_INSTANCE") == "SINGLE_INSTANCE"

is_pair(one) if {
	mode := infrastructure.value(one, "deployment_mode")
	is_string(mode)
	mode != "SINGLE_INSTANCE"
}

mode_at(one) := ["values", "deployment_mode"] if object.get(one.resource, ["values", "deployment_mode"], null) != null

else := ["values"]

# What names both brokers of a pair.
pairs := [{"holder": holder.id, "at": setting.at, "setting": setting.name} |
	some holder in tellers
	some setting in settings.of(holder)
	contains(setting.value, "failover:")
	hosts := {[found[1], found[2]] | some found in regex.find_all_string_submatch_n(host, setting.value, -1)}
	ids := {found[0] | some found in hosts}
	count(hosts) > count(ids)
]
