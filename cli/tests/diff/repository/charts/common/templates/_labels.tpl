{{- define "common.labels" -}}
app: {{ .Values.name }}
{{- with .Values.team }}
team: {{ . }}
{{- end }}
{{- end }}
