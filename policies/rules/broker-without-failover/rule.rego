# METADATA
# title: Broker URL without failover
# description: A client that knows one of two brokers does not find the other when it takes over.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: [ConfigMap, CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, Rollout, StatefulSet]
package portcullis.rules.broker_without_failover

import data.portcullis.prelude.settings.all as all_settings

# Amazon MQ numbers the brokers of a pair; those of RabbitMQ have one name for all of them.
broker := `b-([a-z0-9-]+-)?[0-9]\.mq\.[a-z0-9-]+\.amazonaws\.com(\.cn)?`

findings contains {"at": setting.at, "message": message} if {
	some setting in all_settings
	contains(setting.value, ".mq.")
	not is_part(setting)
	not is_console(setting)
	hosts := {host | some host in regex.find_n(broker, setting.value, -1)}
	count(hosts) > 0
	fault := wrong(setting.value, hosts)
	message := sprintf("%s %s", [setting.name, fault])
}

# Others put a URL together of it.
is_part(setting) if {
	reference := sprintf("$(%s)", [setting.name])
	some other in all_settings
	contains(other.value, "failover:")
	contains(other.value, reference)
}

# People look at it, and no client.
is_console(setting) if contains(upper(setting.name), "CONSOLE")

# The one that a client is told in a list of several.
findings contains {"at": setting.at, "message": message} if {
	some setting in all_settings
	contains(setting.value, "failover:")
	not regex.match(broker, setting.value)
	hosts := {host | some host in regex.find_n(`[a-z+]+://[^,)?\s"']+`, setting.value, -1)}
	count(hosts) == 1
	message := sprintf("%s fails over to nowhere: it names one broker", [setting.name])
}

wrong(value, hosts) := "names one broker, so clients do not find the standby" if {
	count(hosts) == 1
	not contains(value, "failover:")
}

wrong(value, hosts) := "fails over to nowhere: it names one broker" if {
	count(hosts) == 1
	contains(value, "failover:")
}

wrong(value, hosts) := "names several brokers without failover:(...), so clients stay with one" if {
	count(hosts) > 1
	not contains(value, "failover:")
}
