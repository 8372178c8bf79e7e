# What alarms of CloudWatch look at.
package portcullis.prelude.alarms

import data.portcullis.prelude.terraform
import data.portcullis.prelude.texts

# What an alarm looks at, by itself or in a query, with its place.
queries(alarm) := array.concat([{"at": ["values"], "query": object.get(alarm, "values", {})}], [{"at": array.concat(one.at, ["metric", i]), "query": metric} |
	some one in terraform.blocks_of(alarm, "metric_query")
	some i, metric in object.get(one.block, "metric", [])
])

# The dimensions that are names, by namespace: what makes them, and in which fields.
dimensions := {
	"AWS/AmazonMQ": {"Broker": {"aws_mq_broker": "broker_name"}},
	"AWS/RDS": {
		"DBClusterIdentifier": {"aws_rds_cluster": "cluster_identifier"},
		"DBInstanceIdentifier": {"aws_db_instance": "identifier", "aws_rds_cluster_instance": "identifier"},
	},
	"AWS/SQS": {"QueueName": {"aws_sqs_queue": "name"}},
	"ContainerInsights": {"ClusterName": {"aws_eks_cluster": "name"}},
}

# Something is called as a dimension says, or gets a name that nobody knows before.
is_called(value, _, _) if value == null

is_called(value, name, _) if value == name

# Each of the two brokers of a pair has a number.
is_called(value, name, "Broker") if value == unnumbered(name)

# What it is called is not known.
may_be_called(value, name, _) if texts.may_read(value, name)

may_be_called(value, name, "Broker") if texts.may_read(value, unnumbered(name))

unnumbered(name) := regex.replace(name, `-[12]$`, "")
