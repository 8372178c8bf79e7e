# What a team without portcullis would write: the same rules, asked by conftest about each rendered object. Only the benchmark uses it.
package main

pod := {"spec": input.spec, "at": ["spec"]} if input.kind == "Pod"

pod := {"spec": input.spec.template.spec, "at": ["spec", "template", "spec"]} if {
	input.kind in {"DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"}
}

pod := {"spec": input.spec.jobTemplate.spec.template.spec, "at": ["spec", "jobTemplate", "spec", "template", "spec"]} if input.kind == "CronJob"

containers := [entry |
	some field, role in {"containers": "main", "ephemeralContainers": "ephemeral", "initContainers": "init"}
	some i, container in object.get(pod.spec, field, [])
	entry := {"container": container, "at": array.concat(pod.at, [field, i]), "role": role}
]

# Less than portcullis gives its rules: labels of pods and parts of image names are made by Rust there, and node pools come from the repository.
params := {
	"capabilities": [],
	"mutableTags": ["latest"],
	"nodePools": [],
	"registries": [],
	"scoring": {"namespace": false, "labels": {}},
	"zones": ["eu-west-1a", "eu-west-1b"],
}

question := {"resource": input, "pod": object.union(pod, {"containers": containers}), "params": params, "review": {"operation": "CREATE"}}

deny contains message if {
	some rule
	some finding in data.portcullis.rules[rule].findings with input as question
	message := sprintf("%s: %s", [rule, finding.message])
}
