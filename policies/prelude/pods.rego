# What the pod of the input is for.
package portcullis.prelude.pods

# Jobs end by themselves; nobody waits for their answers.
long_running if {
	not input.resource.kind in {"CronJob", "Job"}
	object.get(input.pod.spec, "restartPolicy", "Always") == "Always"
}

# Replaced elsewhere when its node goes, as a DaemonSet's pod is not.
movable if {
	long_running
	input.resource.kind != "DaemonSet"
}

# Several pods of one kind, so that they can be spread.
replicated if input.resource.kind in {"Deployment", "DeploymentConfig", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"}

# Windows has none of what Linux isolates containers by, and a pod that says so cannot set it.
on_windows if input.pod.spec.os.name == "windows"

# Root in it is nobody outside.
in_user_namespace if input.pod.spec.hostUsers == false
