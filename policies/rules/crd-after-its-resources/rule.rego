# METADATA
# title: Custom resource before its definition
# description: A sync stops at a kind that the cluster does not know yet, and what comes after it is never applied.
# custom:
#   severity: error
#   group: delivery
#   scope: platform
#   target: [CustomResourceDefinition]
#   joins: [CustomResourceDefinition]
package portcullis.rules.crd_after_its_resources

wave_key := "argocd.argoproj.io/sync-wave"

findings contains {"resource": custom.id, "at": ["metadata", "annotations", wave_key], "others": others, "message": message} if {
	some crd in input.platform.kinds.CustomResourceDefinition
	kind := object.get(crd.resource, ["spec", "names", "kind"], "")
	some custom in object.get(input.platform.kinds, kind, [])
	custom.group == object.get(crd.resource, ["spec", "group"], "")
	custom.application == crd.application
	step(custom) < step(crd)
	others := [{"resource": crd.id, "at": ["metadata", "annotations", wave_key]}]
	words := [custom.kind, custom.name, place(custom), crd.name, place(crd)]
	message := sprintf("%s %s is synced in %s, before its CRD %s in %s", words)
}

# Phases first, then waves.
step(entry) := (phase(entry) * 1000000) + wave(entry)

annotation(entry, key) := object.get(entry.resource, ["metadata", "annotations", key], "")

wave(entry) := to_number(text) if {
	text := sprintf("%v", [annotation(entry, wave_key)])
	regex.match(`^[-+]?[0-9]{1,5}$`, text)
} else := 0

phases := {"PreSync": 0, "Sync": 1, "PostSync": 2}

phase(entry) := object.get(phases, annotation(entry, "argocd.argoproj.io/hook"), 1)

names := ["wave %v of PreSync", "wave %v", "wave %v of PostSync"]

place(entry) := sprintf(names[phase(entry)], [wave(entry)])
