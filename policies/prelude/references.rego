# References to environment variables, as Kubernetes replaces them.
package portcullis.prelude.references

# The names in `$(NAME)`, but for those of small letters, which are commands for a shell. A doubled dollar is a dollar to the letter.
names(text) := {match[1] |
	is_string(text)
	contains(text, "$(")
	some match in regex.find_all_string_submatch_n(`[$][$]|[$][(]([A-Z_][A-Z0-9_]*)[)]`, text, -1)
	match[1] != ""
}

# Whether something else than `env` may set a variable: a source, or Kubernetes itself for a Service.
elsewhere(container, _) if count(container.envFrom) > 0

elsewhere(_, name) if regex.match(`_(SERVICE_HOST|SERVICE_PORT|PORT)(_|$)`, name)
