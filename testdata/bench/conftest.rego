# What a team without portcullis would write: the same rules, asked by conftest about each rendered object. Only benchmarks use it.
package main

pod := object.union(parts, {"containers": containers, "images": images, "amounts": amounts(parts.spec)})

parts := {"spec": input.spec, "at": ["spec"], "metadata": metadata(input), "labels": labels(input)} if input.kind == "Pod"

parts := {"spec": template.spec, "at": ["spec", "template", "spec"], "metadata": metadata(template), "labels": labels(template)} if {
	input.kind in {"DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"}
	template := input.spec.template
}

parts := {
	"spec": template.spec,
	"at": ["spec", "jobTemplate", "spec", "template", "spec"],
	"metadata": metadata(template),
	"labels": labels(template),
} if {
	input.kind == "CronJob"
	template := input.spec.jobTemplate.spec.template
}

metadata(of) := object.get(of, "metadata", {})

labels(of) := object.get(of, ["metadata", "labels"], {})

roles := {"containers": "main", "ephemeralContainers": "ephemeral", "initContainers": "init"}

containers := [entry |
	some field, role in roles
	some i, container in object.get(parts.spec, field, [])
	entry := {
		"container": container,
		"at": array.concat(parts.at, [field, i]),
		"role": role,
		"amounts": amounts(container),
		"pre_stop": object.get(container, ["lifecycle", "preStop"], null),
		"targeted": false,
	}
]

images := [entry |
	some c in containers
	entry := {
		"of": sprintf("container %s", [object.get(c.container, "name", "")]),
		"at": array.concat(c.at, ["image"]),
		"image": image(object.get(c.container, "image", "")),
		"pull": {"at": array.concat(c.at, ["imagePullPolicy"]), "policy": object.get(c.container, "imagePullPolicy", "IfNotPresent")},
	}
]

image(text) := {"text": text, "registry": registry, "repository": path, "tag": tag, "digest": digest, "account": null, "region": null} if {
	found := regex.find_all_string_submatch_n(`^(?:([^/@]*[.:][^/@]*)/)?([^:@]+)(?::([^@]+))?(?:@(.+))?$`, text, 1)
	[_, host, path, tagged, digested] := found[0]
	registry := object.get({"": "docker.io"}, host, host)
	tag := object.get({"": null}, tagged, tagged)
	digest := object.get({"": null}, digested, digested)
} else := {"text": text, "registry": "", "repository": text, "tag": null, "digest": null, "account": null, "region": null}

amounts(of) := {kind: amount |
	some kind in ["requests", "limits"]
	amount := {name: units.parse(sprintf("%v", [value])) | some name, value in object.get(of, ["resources", kind], {})}
}

# Less than portcullis gives its rules: node pools and what Services reach come from the repository there.
facts := {
	"namespace": object.get(input, ["metadata", "namespace"], ""),
	"nodePools": [],
	"registries": [],
	"scoring": {"namespace": false, "labels": {}},
	"zones": ["eu-west-1a", "eu-west-1b"],
}

question := object.union({"resource": input, "review": {"operation": "CREATE"}}, {key: value |
	some key, value in {"pod": pod}
})

# `--data` may say which kinds a rule is about and what its parameters are; without, it is asked about every object, and has none.
about(rule) := data.bench.rules[rule]

about(rule) := {"target": "any", "params": {"capabilities": [], "mutableTags": ["latest"]}} if not data.bench.rules[rule]

is_about("any")

is_about("pod") if pod

is_about(target) if input.kind in target

deny contains message if {
	some rule
	data.portcullis.rules[rule]
	known := about(rule)
	is_about(known.target)
	params := object.union(known.params, facts)
	some finding in data.portcullis.rules[rule].findings with input as object.union(question, {"params": params})
	message := sprintf("%s: %s", [rule, finding.message])
}
