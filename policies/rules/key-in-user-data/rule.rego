# METADATA
# title: Credential in what machines start with
# description: Every process on the machine can read it from the metadata, and everybody who may describe instances.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_45
#     - checkov:CKV_AWS_46
#     - trivy:AWS-0029
#     - trivy:AWS-0129
#   scope: resource
#   target: [aws_instance.terraform, aws_launch_template.terraform, aws_launch_configuration.terraform, aws_lambda_function.terraform, aws_ecs_task_definition.terraform, helm_release.terraform, aws_codebuild_project.terraform]
package portcullis.rules.key_in_user_data

import data.portcullis.prelude.credentials
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

# Where a type has text that it hands over.
fields := {
	"aws_instance": ["user_data", "user_data_base64"], "aws_launch_template": ["user_data"], "aws_launch_configuration": ["user_data", "user_data_base64"],
	"aws_lambda_function": ["environment"], "aws_ecs_task_definition": ["container_definitions"], "helm_release": ["values", "set", "set_sensitive"],
	"aws_codebuild_project": ["environment"],
}

findings contains {"at": array.concat(["values", field], path), "message": message} if {
	some field in fields[input.resource.kind]
	walk(object.get(values, field, ""), [path, value])
	is_string(value)
	what := shown(value)
	what != ""
	message := sprintf("%s hands over %s", [address, what])
}

shown(text) := credentials.shown(text) if credentials.shown(text) != ""

else := credentials.shown(base64.decode(text)) if {
	regex.match(`^[A-Za-z0-9+/=\s]{16,}$`, text)
	base64.is_valid(text)
}

# What is sensitive and stands in a file is not shown to anybody.
findings contains {"at": array.concat(["values", field], path), "message": message} if {
	some field in fields[input.resource.kind]
	walk(object.get(values, field, ""), [path, value])
	is_object(value)
	object.get(value, "$sensitive", false)
	object.get(value, "known", false)
	message := sprintf("%s hands over something sensitive that stands in a file", [address])
}
