# METADATA
# title: Container without its AppArmor profile
# description: The profile that AppArmor gives every container by itself is taken away.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - gatekeeper:apparmor
#     - kyverno:restrict-apparmor-profiles
#     - pss:baseline/appArmorProfile
#   scope: resource
#   target: pod
package portcullis.rules.unconfined_apparmor

import data.portcullis.prelude.contexts
import data.portcullis.prelude.contexts.all

findings contains {"at": array.concat(context.at, ["appArmorProfile", "type"]), "message": message} if {
	some context in all
	is_object(context.value.appArmorProfile)
	type := object.get(context.value.appArmorProfile, "type", "")
	not type in {"Localhost", "RuntimeDefault"}
	message := sprintf("AppArmor profile of %s is %s, neither RuntimeDefault nor Localhost", [contexts.who(context), words(type)])
}

# Clusters before 1.30 read annotations, and later ones still do where there is no field.
findings contains {"at": array.concat(input.pod.metadata_at, ["annotations", key]), "message": message} if {
	some key, value in input.pod.metadata.annotations
	startswith(key, prefix)
	not value in {"", "runtime/default"}
	not startswith(value, "localhost/")
	message := sprintf("AppArmor profile of container %s is %s, neither runtime/default nor localhost", [trim_prefix(key, prefix), value])
}

prefix := "container.apparmor.security.beta.kubernetes.io/"

words("") := "nothing"

words(type) := type if type != ""
