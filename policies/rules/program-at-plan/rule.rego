# METADATA
# title: Program that runs whenever somebody plans
# description: Whoever opens a pull request runs what he likes with the rights of the pipeline.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [external.terraform]
package portcullis.rules.program_at_plan

findings contains {"at": ["values", "program"], "message": message} if {
	input.resource.mode == "data"
	message := sprintf("%s runs a program with each plan", [input.resource.metadata.name])
}
