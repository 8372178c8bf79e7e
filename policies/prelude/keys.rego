# The keys of ConfigMaps and Secrets that pods ask for.
package portcullis.prelude.keys

# What variables, volumes and projections ask for, and do not do without.
wanted(holder) := array.concat(array.concat(of_variables(holder), of_volumes(holder)), of_projections(holder))

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

of_projections(holder) := [{"kind": kind, "name": source.name, "key": item.key, "at": array.concat(holder.pod.at, ["volumes", i, "projected", "sources", j, field, "items", k, "key"])} |
	some i, volume in holder.pod.spec.volumes
	some j, sources in volume.projected.sources
	some field, kind in {"configMap": "ConfigMap", "secret": "Secret"}
	source := sources[field]
	not source.optional
	some k, item in source.items
]
