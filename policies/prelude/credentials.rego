# Texts that are credentials, told by what they look like or by what they are called. What stands there is never repeated.
package portcullis.prelude.credentials

# One look for all that is certain, since most texts are nothing of it.
certain := `(AKIA|ASIA)[0-9A-Z]{16}|PRIVATE KEY|eyJ[A-Za-z0-9_-]{8,}\.eyJ|gh[oprsu]_[A-Za-z0-9]{36}|github_pat_|glpat-|xox[abeprs]-|[rs]k_live_|AIza|npm_[A-Za-z0-9]{36}|dapi[0-9a-f]{32}|hvs\.|SG\.|hooks\.slack|webhookb2/|://[^/\s:@]*:[^/\s@]+@|(?i:[?&; ]\s*(password|pwd)\s*=)|-D\S+(?i:password)=|(?i:required\s.*password=)|AccountKey=|AccessKey=|@(tcp|unix)\(|PASSW(OR)?D=`

# What each of them is called.
patterns := [
	{"what": "an AWS access key", "pattern": `\b(AKIA|ASIA)[0-9A-Z]{16}\b`},
	{"what": "a private key", "pattern": `-{3,5}BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-{3,5}\s*[A-Za-z0-9+/=]`},
	{"what": "a JSON Web Token", "pattern": `\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}`},
	{"what": "a token of GitHub", "pattern": `\b(gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50,})\b`},
	{"what": "a token of GitLab", "pattern": `\bglpat-[A-Za-z0-9_-]{20}`},
	{"what": "a token of Slack", "pattern": `\bxox[abeprs]-[0-9]{8,}-[A-Za-z0-9-]{10,}`},
	{"what": "a webhook of Slack", "pattern": `\bhooks\.slack\.com/(services|workflows)/[A-Z][A-Z0-9]{7,}/[A-Z][A-Z0-9]{7,}/[A-Za-z0-9]{16,}`},
	{"what": "a webhook of Teams", "pattern": `\.webhook\.office\.com/webhookb2/[0-9a-f-]{36}@`},
	{"what": "a key of Stripe", "pattern": `\b[rs]k_live_[A-Za-z0-9]{20,}`},
	{"what": "a key of Google", "pattern": `\bAIza[A-Za-z0-9_-]{35}`},
	{"what": "a token of npm", "pattern": `\bnpm_[A-Za-z0-9]{36}\b`},
	{"what": "a token of Databricks", "pattern": `\bdapi[0-9a-f]{32}\b`},
	{"what": "a token of Vault", "pattern": `\bhvs\.[A-Za-z0-9_-]{24,}`},
	{"what": "a key of SendGrid", "pattern": `\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`},
	{"what": "a URL with a password", "pattern": `[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@'"]*:[^\s/@'"$<>{}%*]+@[A-Za-z0-9\[]`},
	{"what": "a URL with a password", "pattern": `(?i)(^|[\s='"])[a-z][a-z0-9+.:-]*://\S*[?&;]password=[^\s&;$<{%*]{3,}`},
	{"what": "a connection with a password", "pattern": `(?i)\b(server|host|data source)\s*=[^;\n]+;(.*;)?\s*(password|pwd)\s*=\s*[^\s&;$<{%*]{3,}`},
	{"what": "a login with a password", "pattern": `(?i)\brequired\b.*\bpassword=["'][^"'$<{%*]*[0-9][^"'$<{%*]*["']`},
	{"what": "a connection with a key", "pattern": `\b(AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{20,}`},
	{"what": "a connection with a password", "pattern": `^[^\s:/@]+:[^\s:/@$<{%*]+@(tcp|unix)\(`},
	{"what": "a password in a command", "pattern": `(^|[\s;&|"'])[A-Z][A-Z0-9_]*PASSW(OR)?D=["']?[^\s"'$<{%&;|*()]{2,}[0-9][^\s"'$<{%&;|*()]*["']?([\s;&]|$)`},
	{"what": "a system property with a password", "pattern": `(^|\s)["']?-D[A-Za-z0-9_.-]*(?i:password)=["']?[^\s"'$<{%*]{3,}`},
	{"what": "a connection with a password", "pattern": `\bhost=\S+ (.* )?password=[^\s&;$<{%*]{3,}`},
]

# What a text certainly is; nothing for most.
shown(text) := found[0] if {
	regex.match(certain, text)
	not contains(text, "EXAMPLE")
	found := [known.what | some known in patterns; regex.match(known.pattern, text)]
	count(found) > 0
} else := ""

# One look at a name, since most are nothing of it.
is_suspect(name) if regex.match(`(?i)(pass|passw(or)?d|passphrase|pwd|[_.-]pw|cookie|key|secret|token|base|auth|creds|credentials?)$|(^|[_.-])secret[_.-]`, name)

# Names that say it: passwords of any kind, keys and tokens. What is only about them ends otherwise.
is_password(name) if regex.match(`(?i)(password|passwd|passphrase|[_.-]pwd|[_.-]pass|[_.-]pw)$`, name)

is_key(name) if regex.match(`(?i)((api|access|secret|private|encryption|signing|master|account|jwt|hmac|aes|routing)[_.-]?key|erlang[_.-]?cookie|secret[_.-]key[_.-]base|(client|app|application|jwt|session|cookie|shared|signing|webhook|auth|hmac)[_.-]?secret)$`, name)

is_token(name) if regex.match(`(?i)(^|[_.-]|access|api|auth|bearer|bot|refresh)token$`, name)

# What a text is because of its name; nothing for most.
called(name, text) := "" if not is_suspect(name)

else := "a password" if {
	is_password(name)
	is_literal(text)
}

else := "a key" if {
	is_key(name)
	is_literal(text)
	is_long(text)
}

else := "a token" if {
	is_token(name)
	is_literal(text)
	is_random(text)
} else := "a secret" if {
	is_secret(name)
	is_literal(text)
	is_random(text)
} else := "a secret" if {
	is_bare(name)
	is_literal(text)
	is_random(text)
	is_plain(text)
}

else := ""

# What begins with the word, but for what is only about a secret: its name, where it is, how it is made.
is_secret(name) if {
	regex.match(`(?i)(^|[_.-])secret[_.-][a-z0-9_.-]+$`, name)
	not regex.match(about_secrets, name)
}

about_secrets := `(?i)[_.-](age|arn|backend|class|count|days?|dirs?|enabled|engine|file|format|group|host|hours?|id|interval|kind|label|length|manager|minutes?|mount|name|names|namespace|path|policy|port|prefix|provider|ref|region|rotation|seconds?|size|store|suffix|ttl|type|uri|url|version|volume)$`

# Paths, variables, addresses, templates, stars, and what has blanks or calls something.
reference := `^(/|\.{1,2}/|~/|<|\$[A-Za-z_]+$|\$[A-Z0-9_]+$|%[A-Z_]+%$|![A-Z][A-Za-z]*\b|@@|#\{|&[a-z]|[|>]|arn:|vault:|secret:|secretsmanager:|ssm:|secret\+|ref\+|file:|classpath:|env[:.]|alias/|mrk-|projects/|aws-|[a-z][a-z0-9+-]*://)|\$[({]|\{\{|^[*xX.]+$|[\s(),]|^[a-z][a-z0-9_-]*(/[a-z0-9_-]+)+$`

# It stands for itself: no path, no reference to something else, nothing that only switches it on or off.
is_literal(text) if {
	text != ""
	not lower(text) in {"0", "1", "disabled", "enabled", "false", "n", "nil", "no", "none", "null", "off", "on", "optional", "required", "true", "undefined", "y", "yes"}
	not regex.match(reference, text)
}

# Words that are also said of what only names a secret, or of a way to log in; such names have several words or are short.
is_bare(name) if regex.match(`(?i)((^|[_.-])(secret|creds|credentials?)|[_.-]auth)$`, name)

is_plain(text) if regex.match(`^[^\s/_-]{12,}$`, text)

# Long enough for a key; a short one has a number at least.
is_long(text) if count(text) > 7

is_long(text) if {
	count(text) > 4
	regex.match(`[0-9]`, text)
}

# Words in small letters, of which one may end in a number: the name of something.
words := `^[a-z]+([-_.][a-z][a-z0-9]*)+$`

is_random(text) if {
	regex.match(`^\S{8,}$`, text)
	regex.match(`[0-9]`, text)
	regex.match(`[A-Za-z]`, text)
	not regex.match(words, text)
}

is_random(text) if regex.match(`^\S{24,}$`, text)

# What people write for the time being, in one word: the name of something has several.
is_random(text) if regex.match(`(?i)^[a-z0-9]*(secret|passw|changeme)[a-z0-9]*$`, text)
