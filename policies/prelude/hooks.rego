# What a preStop hook does before the container is told to stop.
package portcullis.prelude.hooks

# It does something: a tcpSocket hook never does, and `true` and `sleep 0` only look as if.
acts(hook) if is_object(hook.httpGet)

acts(hook) if hook.sleep.seconds > 0

acts(hook) if {
	words := command(hook)
	count(words) > 0
	not is_idle(words)
}

# How many seconds it surely takes.
seconds(hook) := hook.sleep.seconds if is_number(hook.sleep.seconds)

else := sum(naps(command(hook))) if count(naps(command(hook))) > 0

# The words of an exec hook, with the script of a shell taken apart.
command(hook) := [word |
	some argument in hook.exec.command
	some word in regex.split(`[\s;&|()'"]+`, sprintf("%v", [argument]))
	not word in {"", "sh", "bash", "/bin/sh", "/bin/bash", "-c", "-ec", "exec"}
]

is_idle(words) if {
	every word in words {
		word in {":", "true", "/bin/true", "/usr/bin/true"}
	}
}

is_idle(words) if {
	count(words) == 2 * count(naps(words))
	sum(naps(words)) == 0
}

factors := {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}

naps(words) := [duration |
	some i, word in words
	word in {"sleep", "/bin/sleep", "/usr/bin/sleep"}
	text := words[i + 1]
	regex.match(`^[0-9]+(\.[0-9]+)?[smhd]?$`, text)
	unit := regex.replace(text, `[0-9.]`, "")
	duration := to_number(trim_suffix(text, unit)) * factors[unit]
]
