{{- define "t.name" -}}
{{ .Release.Name }}-{{ .Chart.Name }}
{{- end -}}
{{- define "t.labels" }}
app: {{ include "t.name" . }}
root: {{ $.Values.x }}
{{- end }}
{{- define "t.args" -}}
{{- $root := index . 0 -}}{{- $item := index . 1 -}}
{{ $root.Release.Name }}/{{ $item }}
{{- end -}}
