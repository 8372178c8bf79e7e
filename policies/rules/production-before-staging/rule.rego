# METADATA
# title: Image in production that staging does not run
# description: What no earlier environment runs is tried by customers first.
# custom:
#   severity: error
#   group: delivery
#   scope: change
#   params:
#     ranBefore: false
package portcullis.rules.production_before_staging

findings contains finding if {
	some arrival in arrivals
	count(arrival.fields) > 0
	field := arrival.fields[0]
	finding := {"application": field.application, "object": field.object, "field": field.field, "message": message(arrival)}
}

# A pod that is new as a whole has no field of its own.
findings contains {"application": arrival.names[0], "message": message(arrival)} if {
	some arrival in arrivals
	count(arrival.fields) == 0
}

arrivals := [arrival |
	some i, environment in input.change.environments
	some service, places in input.change.services
	some where, place in places
	where == environment
	place.known
	names := sort([name | some id in place.applications; name := input.change.applications[id].application])
	count(names) > 0
	earlier := [j | some j, other in input.change.environments; j < i; other in object.keys(places)]
	count(earlier) > 0
	nearest := input.change.environments[max(earlier)]
	source := places[nearest]
	source.known
	had := {bare(image) | some image in place.images.before}
	ran := {bare(image) | some image in run_in(source)}
	some image in place.images.after
	name := bare(image)
	not name in had
	not name in ran
	fields := fields_with(image, place.applications)
	arrival := {"image": image, "environment": environment, "earlier": nearest, "names": names, "fields": fields}
]

run_in(source) := source.images.before if input.params.ranBefore

run_in(source) := array.concat(source.images.before, source.images.after) if not input.params.ranBefore

# Environments may have registries of their own.
bare(image) := regex.replace(image, `^[^/]*[.:][^/]*/`, "")

fields_with(image, ids) := [{"application": changed.application, "object": i, "field": j} |
	some id in ids
	changed := input.change.applications[id]
	some i, thing in changed.objects
	some j, field in thing.fields
	object.get(field, "after", null) == image
]

message(arrival) := sprintf("image %s comes to %s, but %s did not run it before", [arrival.image, arrival.environment, arrival.earlier]) if {
	input.params.ranBefore
}

message(arrival) := sprintf("image %s comes to %s, but %s does not run it", [arrival.image, arrival.environment, arrival.earlier]) if {
	not input.params.ranBefore
}
