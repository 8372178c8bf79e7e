# What joins over a platform have in common: workloads, what scales them, and what guards them.
package portcullis.prelude.workloads

# Everything that keeps several pods of one kind alive; a ReplicaSet that has an owner is part of a Deployment.
all contains workload if {
	some kind in ["Deployment", "DeploymentConfig", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"]
	some workload in input.platform.kinds[kind]
	workload.pod
	not owned(workload)
}

owned(workload) if count(workload.resource.metadata.ownerReferences) > 0

# The disruption budgets that select a workload's pods.
budgets(workload) := [input.platform.resources[id] | some id in workload.budgets]

# The workloads that a disruption budget guards.
guarded(budget) := [workload |
	some id in budget.selects
	workload := input.platform.resources[id]
	workload in all
]

# Where autoscalers say how far down they go. Without a word, an autoscaler goes down to one pod, and KEDA to none.
bounds(scaler) := [{"pods": pods, "field": "minReplicas"}] if {
	scaler.kind == "HorizontalPodAutoscaler"
	pods := object.get(scaler.resource.spec, "minReplicas", 1)
}

bounds(scaler) := array.concat([{"pods": pods, "field": "minReplicaCount"}], idle) if {
	scaler.kind == "ScaledObject"
	pods := object.get(scaler.resource.spec, "minReplicaCount", 0)
	idle := [{"pods": idle, "field": "idleReplicaCount"} | idle := scaler.resource.spec.idleReplicaCount]
}

# The fewest pods that a workload runs with, the resource that says so, and where it says it.
fewest(workload) := least if {
	count(workload.scalers) > 0
	lowest := sort([[bound.pods, scaler.id, bound.field, scaler.kind] |
		some id in workload.scalers
		scaler := input.platform.resources[id]
		some bound in bounds(scaler)
	])
	least := {"pods": lowest[0][0], "id": lowest[0][1], "at": ["spec", lowest[0][2]], "by": lowest[0][3]}
}

else := {
	"pods": object.get(workload.resource.spec, "replicas", 1),
	"id": workload.id,
	"at": ["spec", "replicas"],
	"by": workload.kind,
}
