# What joins over a platform have in common: workloads, what scales them, and what guards them.
package portcullis.prelude.workloads

# Everything that keeps several pods of one kind alive; a ReplicaSet that has an owner is part of a Deployment.
all contains workload if {
	some kind in ["Deployment", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"]
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

field := {"HorizontalPodAutoscaler": "minReplicas", "ScaledObject": "minReplicaCount"}

# Without a word, an autoscaler goes down to one pod, and KEDA to none.
usual := {"HorizontalPodAutoscaler": 1, "ScaledObject": 0}

# The fewest pods that a workload runs with, the resource that says so, and where it says it.
fewest(workload) := least if {
	count(workload.scalers) > 0
	bounds := sort([[pods, scaler.id, scaler.kind] |
		some id in workload.scalers
		scaler := input.platform.resources[id]
		pods := object.get(scaler.resource.spec, field[scaler.kind], usual[scaler.kind])
	])
	least := {"pods": bounds[0][0], "id": bounds[0][1], "at": ["spec", field[bounds[0][2]]], "by": bounds[0][2]}
}

else := {
	"pods": object.get(workload.resource.spec, "replicas", 1),
	"id": workload.id,
	"at": ["spec", "replicas"],
	"by": workload.kind,
}
