# METADATA
# title: Model that is not pinned
# description: A service that loads whatever model is the latest scores differently after a restart, and nobody changed anything.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: [ConfigMap, CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, Rollout, StatefulSet]
#   params:
#     words: [MODEL, MODELS]
#     versions: [ALIAS, REF, REVISION, STAGE, TAG, VERSION]
#     moving: [champion, current, head, latest, newest, prod, production, staging]
package portcullis.rules.unpinned_model

import data.portcullis.prelude.settings
import data.portcullis.prelude.settings.all as all_settings

# As a version, every one of the words moves.
findings contains {"at": setting.at, "message": message} if {
	some setting in all_settings
	moves(lower(trim_space(setting.value)))
	settings.has_word(setting.name, input.params.words)
	settings.has_word(setting.name, input.params.versions)
	message := sprintf("%s is %s, which is another model tomorrow", [setting.name, shown(setting.value)])
}

# In a path, folders are often called after an environment; those after no version are not.
findings contains {"at": setting.at, "message": message} if {
	some setting in all_settings
	contains(setting.value, "/")
	not contains(setting.value, "\n")
	settings.has_word(setting.name, input.params.words)
	some part in regex.find_n(`(?i)(^models:/[^/]+/(latest|none|production|staging)$|[/@:](champion|current|latest|newest)(/|$))`, setting.value, 1)
	message := sprintf("%s leads to %s, which is another model tomorrow", [setting.name, trim(part, "/@:")])
}

# A folder of an object store without a number anywhere, where nothing else says which version.
findings contains {"at": setting.at, "message": message} if {
	some setting in all_settings
	input.pod
	regex.match(`^(s3|gs)://[^/]+/[^0-9$]*/$`, setting.value)
	settings.has_word(setting.name, input.params.words)
	count(versioned) == 0
	message := sprintf("%s leads to %s, which names no version", [setting.name, setting.value])
}

versioned := array.concat(
	[variable.name |
		some c in input.pod.containers
		some variable in c.container.env
		settings.has_word(variable.name, input.params.versions)
	],
	# What comes from elsewhere as a whole may be anything.
	[source | some c in input.pod.containers; some source in c.container.envFrom],
)

moves(value) if value in input.params.moving

moves(value) if value == ""

moves(value) if regex.match(`^(\*|[v0-9.]*\.?[x*])$`, value)

shown("") := "empty"

shown(value) := value if value != ""
