# What an Application says, or the template of an ApplicationSet.
package portcullis.prelude.argo

# Where its spec is.
at := ["spec"] if input.resource.kind == "Application"

else := ["spec", "template", "spec"]

spec := object.get(input.resource, at, {})

# What the elements of an ApplicationSet change about their template, nobody sees here.
patched(field) if contains(object.get(input.resource, ["spec", "templatePatch"], ""), field)

name := object.get(input.resource, ["metadata", "name"], "")

# Its sources, with their places; `sources` wins where both are there.
sources := [{"at": array.concat(at, ["sources", i]), "source": source} | some i, source in spec.sources] if count(object.get(spec, "sources", [])) > 0

else := [{"at": array.concat(at, ["source"]), "source": spec.source}] if is_object(spec.source)

else := []

# It syncs by itself.
automated := object.get(spec, ["syncPolicy", "automated"], null)

is_automated if {
	is_object(automated)
	object.get(automated, "enabled", true) != false
}
