# METADATA
# title: Restart policy that the API server refuses
# description: Pods of a service are always restarted, and pods of a Job never without end.
# custom:
#   severity: error
#   group: validity
#   like:
#     - kube-score:cronjob-restartpolicy
#   scope: resource
#   target: pod
package portcullis.rules.refused_restart_policy

findings contains {"at": array.concat(input.pod.at, ["restartPolicy"]), "message": message} if {
	policy := object.get(input.pod.spec, "restartPolicy", "Always")
	not policy in allowed
	message := sprintf("pods of a %s cannot have restartPolicy %s%s", [input.resource.kind, policy, silence])
}

silence := ", which is the default" if not input.pod.spec.restartPolicy

silence := "" if input.pod.spec.restartPolicy

allowed := object.get({"CronJob": ends, "Job": ends, "Pod": any, "PodTemplate": any}, input.resource.kind, {"Always"})

ends := {"Never", "OnFailure"}

any := ends | {"Always"}
