{{- define "e.loop" }}{{ include "e.loop" . }}{{ end }}
{{- define "e.one" }}
{{ include "e.two" . }}
{{ end }}
{{- define "e.two" }}{{ .Values.no.such.key }}{{ end }}
