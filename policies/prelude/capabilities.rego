# Capabilities of Linux.
package portcullis.prelude.capabilities

# A name without what some write before it, in capitals.
plain(name) := trim_prefix(upper(name), "CAP_")

# Those that the baseline Pod Security Standard lets a container add.
harmless := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
	"SYS_CHROOT",
}
