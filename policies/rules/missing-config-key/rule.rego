# METADATA
# title: Key that a ConfigMap or Secret does not have
# description: A container that asks for a key which is not there never starts.
# custom:
#   severity: error
#   group: validity
#   scope: platform
#   target: pod
#   joins: [ConfigMap.core, Secret.core]
package portcullis.rules.missing_config_key

findings contains {"resource": holder.id, "at": wanted.at, "others": others, "message": message} if {
	some holder in input.platform.resources
	some wanted in wants(holder)
	some reference in holder.references
	reference.group == ""
	reference.kind == wanted.kind
	reference.name == wanted.name
	makers := [input.platform.resources[id] | some id in reference.ids]
	count(makers) > 0

	# What is made of something else has keys that nobody sees here.
	strange := [maker.id | some maker in makers; maker.kind != wanted.kind]
	count(strange) == 0
	having := [maker.id | some maker in makers; has(maker.resource, wanted.key)]
	count(having) == 0
	others := [{"resource": maker.id, "at": ["metadata", "name"]} | some maker in makers]
	message := sprintf("%s %s has no key %s", [wanted.kind, wanted.name, wanted.key])
}

has(resource, key) if {
	some field in ["binaryData", "data", "stringData"]
	key in object.keys(resource[field])
}

# A Secret whose contents a controller fills in has none of its own.
has(resource, _) if {
	held := [field | some field in ["binaryData", "data", "stringData"]; count(object.get(resource, field, {})) > 0]
	count(held) == 0
}

wants(holder) := array.concat(of_variables(holder), of_volumes(holder))

of_variables(holder) := [{"kind": kind, "name": source.name, "key": source.key, "at": array.concat(c.at, ["env", i, "valueFrom", field, "key"])} |
	some c in holder.pod.containers
	some i, variable in c.container.env
	some field, kind in {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
	source := variable.valueFrom[field]
	not source.optional
	source.key
]

of_volumes(holder) := [{"kind": kind, "name": name, "key": item.key, "at": array.concat(holder.pod.at, ["volumes", i, field, "items", j, "key"])} |
	some i, volume in holder.pod.spec.volumes
	some field, kind in {"configMap": "ConfigMap", "secret": "Secret"}
	source := volume[field]
	not source.optional
	name := object.get(source, "secretName", object.get(source, "name", ""))
	some j, item in source.items
]
