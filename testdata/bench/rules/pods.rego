# What every rule asks of an object, for engines that are given the object alone. `input.review` is the request of the AdmissionReview.
package lib.pods

object := input.review.object

template := object if object.kind == "Pod"

template := object.spec.template if object.kind in {"DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"}

template := object.spec.jobTemplate.spec.template if object.kind == "CronJob"

containers contains container if some container in template.spec.containers

containers contains container if some container in template.spec.initContainers

lasting contains container if {
	not object.kind in {"CronJob", "Job"}
	some container in template.spec.containers
}

replicated if object.kind in {"Deployment", "ReplicaSet", "StatefulSet"}
