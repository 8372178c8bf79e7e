{{ define "h" }}helper of {{ .Release.Name }}{{ end }}
