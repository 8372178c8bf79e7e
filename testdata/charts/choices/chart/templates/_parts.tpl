{{- define "choices.plugins" -}}
{{- $plugins := .Values.plugins.text -}}
{{- if .Values.plugins.extra -}}
{{- $plugins = printf "%s %s" $plugins .Values.plugins.extra -}}
{{- end -}}
{{- printf "%s" $plugins | replace " " ", " -}}
{{- end -}}
