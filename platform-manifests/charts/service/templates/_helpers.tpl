{{/* The service's name, which is also the name of every object. */}}
{{- define "service.name" -}}
{{- required "service.name is not set: is the service's values file among the layers?" .Values.service.name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* What never changes over a service's life; selectors are immutable. */}}
{{- define "service.selectorLabels" -}}
app.kubernetes.io/name: {{ include "service.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Who owns the object and what it costs: mandatory on everything. */}}
{{- define "service.ownerLabels" -}}
app.kubernetes.io/part-of: fraud-platform
fraud.example.com/environment: {{ required "environment is not set: is the environment layer missing?" .Values.environment }}
fraud.example.com/team: {{ .Values.service.team }}
fraud.example.com/workload-class: {{ .Values.service.tier }}
{{- end -}}

{{- define "service.labels" -}}
{{ include "service.selectorLabels" . }}
{{ include "service.ownerLabels" . }}
{{- with .Values.image.tag }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* A pod's labels leave out versions, so that a new chart alone restarts nothing. */}}
{{- define "service.podLabels" -}}
{{- $fixed := merge (include "service.selectorLabels" . | fromYaml) (include "service.ownerLabels" . | fromYaml) -}}
{{- toYaml (merge (dict) .Values.podLabels $fixed) -}}
{{- end -}}

{{- define "service.serviceAccountName" -}}
{{- default (include "service.name" .) .Values.serviceAccount.name -}}
{{- end -}}

{{/* True for what answers requests or consumes messages all day. */}}
{{- define "service.serving" -}}
{{- if ne .Values.kind "CronJob" }}true{{ end -}}
{{- end -}}

{{/* True where the environment allows autoscaling and the service declares a range. */}}
{{- define "service.autoscaled" -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.maxReplicas) 0) }}true{{ end -}}
{{- end -}}

{{/* An image of our registry: the tag is for people, the digest for machines. Takes root, image, name. */}}
{{- define "service.image" -}}
{{- $image := .image -}}
{{- $registry := $image.registry | default .root.Values.image.registry -}}
{{- $repository := $image.repository | default (printf "fraud/%s" .name) -}}
{{- printf "%s/%s" $registry $repository -}}
{{- with $image.tag }}:{{ . }}{{ end -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/* The host of the database instance that the service names. */}}
{{- define "service.databaseHost" -}}
{{- $instance := required "database.instance is not set" .Values.database.instance -}}
{{- if not (hasKey .Values.database.instances $instance) -}}
{{- fail (printf "database.instance %q is none of the environment's database.instances" $instance) -}}
{{- end -}}
{{- get .Values.database.instances $instance -}}
{{- end -}}
