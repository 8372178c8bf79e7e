{{- define "admission.name" -}}
{{- required "service.name is not set: is the service's values file among the layers?" .Values.service.name -}}
{{- end -}}

{{/* What never changes over its life; selectors are immutable. */}}
{{- define "admission.selectorLabels" -}}
app.kubernetes.io/name: {{ include "admission.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Who owns the object and what it costs: mandatory on everything. */}}
{{- define "admission.ownerLabels" -}}
app.kubernetes.io/part-of: fraud-platform
fraud.example.com/environment: {{ required "environment is not set: is the environment layer missing?" .Values.environment }}
fraud.example.com/team: {{ .Values.service.team }}
fraud.example.com/workload-class: {{ .Values.service.tier }}
{{- end -}}

{{- define "admission.labels" -}}
{{ include "admission.selectorLabels" . }}
{{ include "admission.ownerLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Whether the webhook asks the API server anything: then it has a token, a name of its own and a way there. */}}
{{- define "admission.asks" -}}
{{- if or .Values.scan.enabled .Values.certificate.selfSigned }}yes{{ end -}}
{{- end -}}

{{/* The tag is for people, the digest for machines. */}}
{{- define "admission.image" -}}
{{- $image := .Values.image -}}
{{- printf "%s/%s" $image.registry ($image.repository | default (printf "fraud/%s" (include "admission.name" .))) -}}
{{- with $image.tag }}:{{ . }}{{ end -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}
