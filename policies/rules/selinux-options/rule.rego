# METADATA
# title: SELinux options that widen what a container may
# description: Another type, user or role of SELinux lets a container do what its own keeps it from.
# custom:
#   severity: warning
#   group: pods
#   like:
#     - gatekeeper:selinux
#     - kyverno:disallow-selinux
#     - pss:baseline/seLinuxOptions
#   scope: resource
#   target: pod
package portcullis.rules.selinux_options

import data.portcullis.prelude.contexts
import data.portcullis.prelude.contexts.all

findings contains {"at": array.concat(context.at, ["seLinuxOptions", field]), "message": message} if {
	some context in all
	is_object(context.value.seLinuxOptions)
	some field in ["role", "type", "user"]
	value := object.get(context.value.seLinuxOptions, field, "")
	not value in allowed[field]
	message := sprintf("%s sets SELinux %s %v", [contexts.who(context), field, value])
}

allowed := {
	"role": {"", null},
	"type": {"", null, "container_engine_t", "container_init_t", "container_kvm_t", "container_t"},
	"user": {"", null},
}
