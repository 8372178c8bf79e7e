# METADATA
# title: Name of a database that nothing makes
# description: A service that is told the name of a database that does not exist connects to nothing.
# custom:
#   severity: error
#   group: platform
#   scope: platform
#   target: [ConfigMap, CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, Rollout, StatefulSet]
#   joins: [ConfigMap, aws_db_instance.terraform, aws_rds_cluster.terraform, aws_rds_cluster_instance.terraform, aws_db_proxy.terraform, aws_rds_cluster_endpoint.terraform, aws_docdb_cluster.terraform, aws_docdb_cluster_instance.terraform, aws_neptune_cluster.terraform, terraform_root.terraform]
package portcullis.rules.database_that_nothing_makes

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.hidden
import data.portcullis.prelude.infrastructure.tellers
import data.portcullis.prelude.settings
import data.portcullis.prelude.texts

# NAME.HASH.REGION.rds.amazonaws.com, where the hash has a word before it for all but instances.
host := `([a-z][a-z0-9-]*)\.((cluster|cluster-ro|cluster-custom|proxy)-)?([a-z0-9]{8,})\.([a-z0-9-]+)\.rds\.amazonaws\.com`

findings contains {"resource": asked.holder, "at": asked.at, "others": [{"resource": nearest(asked), "at": nearest_at(asked)}], "message": message} if {
	some asked in lacking
	count(doubts(asked)) == 0
	message := sprintf("%s names the %s %s, which nothing in sight makes", [asked.setting, word[asked.what], asked.name])
}

findings contains {"resource": doubt.resource, "at": doubt.at, "message": message} if {
	some asked in lacking
	some doubt in doubts(asked)
	message := sprintf("nobody knows whether the %s %s is made", [word[asked.what], asked.name])
}

word := {"": "database", "cluster": "database cluster", "cluster-ro": "database cluster", "cluster-custom": "endpoint", "proxy": "database proxy"}

clusters := ["aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"]

instances := ["aws_db_instance", "aws_rds_cluster_instance", "aws_docdb_cluster_instance"]

# The types that make what such a name may be, each with the attribute that is the name.
makers := {
	"": [[type, "identifier"] | some type in instances],
	"cluster": [[type, "cluster_identifier"] | some type in clusters],
	"cluster-ro": [[type, "cluster_identifier"] | some type in clusters],
	"cluster-custom": [["aws_rds_cluster_endpoint", "cluster_endpoint_identifier"]],
	"proxy": [["aws_db_proxy", "name"]],
}

made(what) := [{"id": one.id, "field": maker[1], "name": infrastructure.value(one, maker[1]), "prefix": prefix} |
	some maker in makers[what]
	some one in infrastructure.made(maker[0])
	infrastructure.is_told(one)
	prefix := infrastructure.value(one, concat("_", [maker[1], "prefix"]))
]

# Names that begin as one that is made, so that they are meant to be of these roots, and that none has.
lacking := [{"holder": holder.id, "at": setting.at, "setting": setting.name, "what": found[3], "name": found[1]} |
	some holder in tellers
	some setting in settings.of(holder)
	contains(setting.value, ".rds.amazonaws.com")
	some found in regex.find_all_string_submatch_n(host, setting.value, -1)
	count(made(found[3])) > 0
	count([one | some one in made(found[3]); is_it(one, found[1])]) == 0
	count([one | some one in made(found[3]); is_kin(one, found[1])]) > 0
]

is_it(one, name) if one.name == name

# What Terraform puts behind a prefix nobody knows before.
is_it(one, name) if {
	one.name == null
	is_string(one.prefix)
	startswith(name, one.prefix)
}

is_kin(one, _) if is_object(one.name)

is_kin(one, name) if {
	is_string(one.name)
	split(one.name, "-")[0] == split(name, "-")[0]
}

doubts(asked) := array.concat(hidden, [{"resource": one.id, "at": ["values", one.field]} |
	some one in made(asked.what)
	texts.may_read(one.name, asked.name)
])

kin(asked) := [one | some one in made(asked.what); is_kin(one, asked.name)][0]

nearest(asked) := kin(asked).id

nearest_at(asked) := ["values", kin(asked).field]
