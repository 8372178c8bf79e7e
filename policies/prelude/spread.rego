# Which topology spread constraints spread pods over the zones, and what is wrong with the others.
package portcullis.prelude.spread

import data.portcullis.prelude.selectors
import data.portcullis.prelude.zones.key as zone_key

constraints := object.get(input.pod.spec, "topologySpreadConstraints", [])

zonal := [i | some i, constraint in constraints; constraint.topologyKey == zone_key]

# Nothing can be wrong with these, as most constraints are written; only the others are looked at from all sides.
sound(constraint) if {
	constraint.maxSkew == 1
	constraint.whenUnsatisfiable == "DoNotSchedule"
	object.get(constraint, "matchLabelKeys", null) == null
	object.get(constraint.labelSelector, "matchExpressions", null) == null
	labels := constraint.labelSelector.matchLabels
	different := [key | some key, value in labels; object.get(input.pod.labels, key, null) != value]
	count(different) == 0
	shared := [key | some key, _ in labels; object.get(input.resource, ["spec", "selector", "matchLabels", key], null) != null]
	count(shared) > 0
}

doubtful := [i |
	some i in zonal
	constraint := constraints[i]
	not sound(constraint)
]

broken := {fault.i | some fault in faults}

enough if {
	some i in zonal
	not i in broken
}

# A required anti-affinity lets no second pod into a zone, which spreads harder than any constraint.
keeps_apart if {
	some term in object.get(input.pod.spec, ["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"], [])
	term.topologyKey == zone_key
	selectors.matches(object.get(term, "labelSelector", null), input.pod.labels)
	selectors.concerns(term, object.get(input.resource, ["metadata", "namespace"], ""))
}

faults contains {"i": i, "field": "maxSkew", "message": message} if {
	some i in doubtful
	skew := object.get(constraints[i], "maxSkew", "any number of")
	skew != 1
	message := sprintf("zone spread allows a skew of %v pods, not 1", [skew])
}

faults contains {"i": i, "field": "whenUnsatisfiable", "message": message} if {
	some i in doubtful
	wish := object.get(constraints[i], "whenUnsatisfiable", "not set")
	wish != "DoNotSchedule"
	message := sprintf("zone spread is only a wish: whenUnsatisfiable is %v, not DoNotSchedule", [wish])
}

faults contains {"i": i, "field": "labelSelector", "others": others, "message": message} if {
	some i in doubtful
	selector := object.get(constraints[i], "labelSelector", null)
	not selectors.matches(selector, input.pod.labels)
	others := [{"at": array.concat(input.pod.metadata_at, ["labels", key])} | some key in selectors.asked(selector)]
	message := "zone spread does not count these pods: its selector does not match their labels"
}

faults contains {"i": i, "field": "labelSelector", "message": message} if {
	some i in doubtful
	counts_everything(constraints[i])
	message := "zone spread counts every pod of the namespace: its selector is empty"
}

faults contains {"i": i, "field": "labelSelector", "message": message} if {
	some i in doubtful
	counts_others(constraints[i])
	message := "zone spread counts pods of others: its selector has none of the labels of spec.selector"
}

faults contains {"i": i, "field": "matchLabelKeys", "message": message} if {
	some i in doubtful
	some label in apart(constraints[i])
	message := sprintf("zone spread counts each pod alone: label %s is different for each of them", [label])
}

# Labels that controllers give to pods when they make them: all of one revision, or every pod its own.
of_revision := {"Deployment": {"pod-template-hash"}, "Rollout": {"rollouts-pod-template-hash"}, "StatefulSet": {"controller-revision-hash"}}

of_pod := {"StatefulSet": {"apps.kubernetes.io/pod-index", "statefulset.kubernetes.io/pod-name"}}

# Kubernetes passes over keys that the pod has no label for.
keys(constraint) := {key |
	some key in object.get(constraint, "matchLabelKeys", [])
	key in given
}

given := (object.keys(input.pod.labels) | revision) | alone

revision := object.get(of_revision, input.resource.kind, set())

alone := object.get(of_pod, input.resource.kind, set())

counts_everything(constraint) if {
	selectors.is_empty(constraint.labelSelector)
	count(keys(constraint)) == 0
}

# The labels that make each pod a group of its own.
apart(constraint) := keys(constraint) & alone

# Labels by which the constraint tells these pods from others.
identifying(constraint) := (keys(constraint) | object.keys(selectors.match_labels(selector))) | {e.key | some e in selectors.match_expressions(selector); e.operator == "In"} if {
	selector := object.get(constraint, "labelSelector", {})
}

own := object.keys(object.get(input.resource, ["spec", "selector", "matchLabels"], {}))

counts_others(constraint) if {
	count(own) > 0
	not counts_everything(constraint)
	count(identifying(constraint) & (own | revision)) == 0
}
