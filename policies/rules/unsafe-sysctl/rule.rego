# METADATA
# title: Sysctl that reaches beyond its pod
# description: A sysctl that the kernel does not keep for each pod changes the node for everybody.
# custom:
#   severity: error
#   group: pods
#   like:
#     - gatekeeper:forbidden-sysctls
#     - kube-linter:unsafe-sysctls
#     - kyverno:restrict-sysctls
#     - pss:baseline/sysctls
#   scope: resource
#   target: pod
#   params:
#     allowed: []
#   elements: {allowed: text}
package portcullis.rules.unsafe_sysctl

findings contains {"at": array.concat(input.pod.at, ["securityContext", "sysctls", i, "name"]), "message": message} if {
	some i, sysctl in input.pod.spec.securityContext.sysctls
	name := object.get(sysctl, "name", "without a name")
	not name in safe
	not name in input.params.allowed
	message := sprintf("pod sets sysctl %s, which is not among the safe ones", [name])
}

safe := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_notsent_lowat",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_slow_start_after_idle",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_wmem",
}
