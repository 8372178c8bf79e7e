# Containers that only wait: pause, and a shell that sleeps for ever. They cannot hang, and have nothing to be ready for.
package portcullis.prelude.waiting

forever(c) if regex.match(`(^|/)pause(-[a-z0-9]+)?(:|@|$)`, c.container.image)

forever(c) if {
	text := concat(" ", [word | some field in ["command", "args"]; some word in c.container[field]])
	regex.match(`^\s*((/usr)?(/bin/)?(ba|da)?sh\s+-[a-z]+\s+(#![^\n]*\s+)?)?(exec\s+)?((/usr)?/bin/)?(sleep\s+(inf|infinity|[0-9]{6,}d?)|tail\s+-f\s+/dev/null)\s*;?\s*$`, text)
}
