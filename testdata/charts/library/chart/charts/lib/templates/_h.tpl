{{ define "lib.labels" -}}
from: {{ .Chart.Name }}
release: {{ .Release.Name }}
{{- end }}
