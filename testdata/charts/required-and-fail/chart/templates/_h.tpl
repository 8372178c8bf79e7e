{{ define "f" }}
{{ fail "from the helper" }}
{{ end }}{{ define "r" }}{{ required "mode must be set" .Values.nope }}{{ end }}
