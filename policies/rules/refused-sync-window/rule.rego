# METADATA
# title: Sync window that Argo CD refuses
# description: It refuses the whole project for it, and syncs nothing of its applications.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [AppProject.argoproj.io]
package portcullis.rules.refused_sync_window

import data.portcullis.prelude.projects.is_schedule

duration := `^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`

windows := object.get(input.resource, ["spec", "syncWindows"], [])

findings contains {"at": ["spec", "syncWindows", i, "kind"], "message": message} if {
	some i, window in windows
	not object.get(window, "kind", "") in {"allow", "deny"}
	message := sprintf("a sync window's kind is allow or deny, and not %v", [object.get(window, "kind", "")])
}

findings contains {"at": ["spec", "syncWindows", i, "schedule"], "message": message} if {
	some i, window in windows
	given := object.get(window, "schedule", "")
	not is_schedule(given)
	message := sprintf("%v is no schedule of five fields", [object.get(window, "schedule", "")])
}

findings contains {"at": ["spec", "syncWindows", i, "duration"], "message": message} if {
	some i, window in windows
	given := object.get(window, "duration", "")
	not regex.match(duration, given)
	message := sprintf("%v is no duration such as 1h30m", [object.get(window, "duration", "")])
}

findings contains {"at": ["spec", "syncWindows", i], "message": message} if {
	some i, window in windows
	count([1 | some field in ["applications", "clusters", "namespaces"]; count(object.get(window, field, [])) > 0]) == 0
	message := "a sync window names no applications, namespaces or clusters, which Argo CD refuses"
}

findings contains {"at": ["spec", "syncWindows", i], "message": "a sync window is there twice, which Argo CD refuses"} if {
	some i, window in windows
	some j, other in windows
	j < i
	object.remove(window, ["description", "manualSync"]) == object.remove(other, ["description", "manualSync"])
}

findings contains {"at": ["spec", "syncWindows", i, "description"], "message": "the description of a sync window has more than 255 bytes"} if {
	some i, window in windows
	count(object.get(window, "description", "")) > 255
}
