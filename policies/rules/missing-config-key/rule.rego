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

import data.portcullis.prelude.keys

findings contains {"resource": holder.id, "at": wanted.at, "others": others, "message": message} if {
	some holder in input.platform.resources
	some wanted in keys.wanted(holder)
	some reference in holder.references
	reference.group == ""
	reference.kind == wanted.kind
	reference.name == wanted.name
	makers := [input.platform.resources[id] | some id in reference.ids]
	count(makers) > 0

	# What is made of something else may have keys that nobody sees here.
	having := [maker.id | some maker in makers; may_have(maker, wanted)]
	count(having) == 0
	others := [{"resource": maker.id, "at": ["metadata", "name"]} | some maker in makers]
	message := sprintf("%s %s has no key %s", [wanted.kind, wanted.name, wanted.key])
}

may_have(maker, wanted) if {
	maker.kind == wanted.kind
	has(maker.resource, wanted.key)
}

may_have(maker, wanted) if {
	maker.kind != wanted.kind
	not lists_keys(maker)
}

may_have(maker, wanted) if {
	maker.kind == "ExternalSecret"
	some entry in maker.resource.spec.data
	entry.secretKey == wanted.key
}

# An ExternalSecret that takes keys one by one and makes nothing more of them.
lists_keys(maker) if {
	maker.kind == "ExternalSecret"
	count(object.get(maker.resource, ["spec", "data"], [])) > 0
	count(object.get(maker.resource, ["spec", "dataFrom"], [])) == 0
	object.get(maker.resource, ["spec", "target", "template"], "none") == "none"
	object.get(maker.resource, ["spec", "target", "creationPolicy"], "Owner") == "Owner"
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

# So has one that a controller completes.
has(resource, _) if resource.type == "kubernetes.io/service-account-token"

has(resource, _) if {
	some key, _ in resource.metadata.annotations
	contains(key, "secret-generator")
}
