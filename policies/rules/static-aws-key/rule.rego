# METADATA
# title: AWS access key in the environment
# description: An access key never ends and is the same for all pods; a role of the ServiceAccount is neither.
# custom:
#   severity: error
#   group: access
#   scope: resource
#   target: pod
package portcullis.rules.static_aws_key

import data.portcullis.prelude.containers

# One finding for a container, at the first of them.
findings contains {"at": array.concat(c.at, ["env", given[0].i, "name"]), "message": message} if {
	some c in input.pod.containers
	given := [{"i": i, "name": object.get(variable, "name", "")} |
		some i, variable in c.container.env
		variable.name in {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
		object.get(variable, "value", "by reference") != ""
	]
	count(given) > 0
	not elsewhere(c)
	message := sprintf("container %s has a static AWS access key in %s", [containers.name(c), given[0].name])
}

# A store that only speaks the language of S3 knows no roles of AWS.
elsewhere(c) if {
	some variable in c.container.env
	regex.match(`(AWS|S3|MINIO).*ENDPOINT|ENDPOINT.*S3`, object.get(variable, "name", ""))
	not contains(object.get(variable, "value", "by reference"), "amazonaws.com")
	object.get(variable, "value", "by reference") != ""
}
