{{- define "decisions.render" -}}
{{- $value := typeIs "string" .value | ternary .value (.value | toYaml) }}
{{- if contains "{{" (toJson .value) }}
{{- tpl $value .context }}
{{- else }}
{{- $value }}
{{- end }}
{{- end -}}
{{- define "decisions.labels" -}}
{{- if and (hasKey . "custom") (hasKey . "context") -}}
{{- $all := dict -}}
{{- range list .custom (dict "app" .context.Chart.Name "release" .context.Release.Name) -}}
{{- $all = include "decisions.render" (dict "value" . "context" $.context) | fromYaml | merge $all -}}
{{- end -}}
{{ $all | toYaml }}
{{- end -}}
{{- end -}}
