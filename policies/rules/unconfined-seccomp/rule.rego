# METADATA
# title: Container without a seccomp filter
# description: Unconfined lets a container make every system call of the kernel that it shares with its node.
# custom:
#   severity: error
#   group: pods
#   like:
#     - gatekeeper:seccomp
#     - gatekeeper:seccompv2
#     - kyverno:restrict-seccomp
#     - kyverno:restrict-seccomp-strict
#     - polaris:linuxHardening
#     - pss:baseline/seccompProfile_baseline
#     - pss:restricted/seccompProfile_restricted
#   scope: resource
#   target: pod
package portcullis.rules.unconfined_seccomp

import data.portcullis.prelude.contexts
import data.portcullis.prelude.contexts.all

findings contains {"at": array.concat(context.at, ["seccompProfile", "type"]), "message": message} if {
	some context in all
	is_object(context.value.seccompProfile)
	type := object.get(context.value.seccompProfile, "type", "")
	not type in {"Localhost", "RuntimeDefault"}
	message := sprintf("seccomp profile of %s is %s, neither RuntimeDefault nor Localhost", [contexts.who(context), words(type)])
}

words("") := "nothing"

words(type) := type if type != ""
