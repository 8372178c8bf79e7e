# What tags of images say.
package portcullis.prelude.images

# Words for what moves, alone, in front of a variant (stable-slim) or, the surest of them, behind a version (1.2.3-nightly); versions with an x.
moving := [
	`(?i)(^|[._-])latest($|[._-])`,
	`(?i)^(alpha|beta|canary|current|dev|develop|edge|head|lts|main|mainline|master|next|nightly|preview|release|rolling|snapshot|stable|testing|trunk|unstable)([._-][a-z]+)*$`,
	`(?i)[._-](canary|current|dev|develop|edge|head|main|master|nightly|rolling|snapshot|trunk)$`,
	`(?i)[0-9][.]x($|[._-])`,
]

moves(tag) if matches(tag, moving)

matches(tag, patterns) if {
	some pattern in patterns
	regex.match(pattern, tag)
}
