# METADATA
# title: Database or broker by its address
# description: The name of an endpoint moves to the standby in a failover; an address stays with what is gone.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: [ConfigMap, CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, Rollout, StatefulSet]
#   params:
#     kinds: [ACTIVEMQ, AMQP, BROKER, BROKERS, DATABASE, DATASOURCE, DB, JDBC, KAFKA, MONGO, MONGODB, MQ, MYSQL, ORACLE, PG, POSTGRES, POSTGRESQL, RABBITMQ, RDS, REDIS]
#     fields: [ADDR, ADDRESS, BOOTSTRAP, BROKERS, ENDPOINT, HOST, HOSTNAME, SERVER, SERVERS, URI, URL]
package portcullis.rules.endpoint_by_address

import data.portcullis.prelude.settings
import data.portcullis.prelude.settings.all as all_settings

octet := `(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])`

address := sprintf(`%s\.%s\.%s\.%s`, [octet, octet, octet, octet])

# In a URL of such a server, with or without a user before it.
in_url := sprintf(`(amqps?|jdbc:[a-z]+|jdbc:oracle:thin|kafka|mariadb|mongodb|mysql|nio\+ssl|postgres(ql)?|rediss?|ssl|stomp|tcp)(\+[a-z0-9]+)?:(//|@)+([^@/\s]*@)?%s([:/?,;)"'\s]|$)`, [address])

# One, or a list of them.
alone := sprintf(`^%s(:[0-9]+)?(,\s*%s(:[0-9]+)?)*$`, [address, address])

findings contains {"at": setting.at, "message": message} if {
	some setting in all_settings
	some found in addresses(setting)
	message := sprintf("%s has the address %s in place of the name of an endpoint", [setting.name, found])
}

addresses(setting) := in_urls(setting.value) | alone_in(setting)

in_urls(value) := {found |
	contains(value, ":")
	some url in regex.find_n(in_url, value, -1)
	some found in regex.find_n(address, url, 1)
	not is_here(found)
}

alone_in(setting) := {found |
	regex.match(alone, setting.value)
	names_server(setting.name)
	some found in regex.find_n(address, setting.value, 1)
	not is_here(found)
}

names_server(name) if {
	settings.has_word(name, input.params.kinds)
	settings.has_word(name, input.params.fields)
	not settings.has_word(name, others)
}

# Who may ask, and where something listens.
others := ["ALLOWED", "BIND", "LISTEN"]

# As the library of PostgreSQL calls them.
names_server(name) if name in {"PGHOST", "PGHOSTADDR"}

# The pod itself, or every address of it.
is_here(found) if startswith(found, "127.")

is_here(found) if found == "0.0.0.0"
