{{/* Annotations that restart the pods when what they read at start-up has changed. */}}
{{- define "service.podAnnotations" -}}
checksum/config: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Where a pod may run, and what it may do there: the same for every kind. */}}
{{- define "service.podPlacement" -}}
serviceAccountName: {{ include "service.serviceAccountName" . }}
{{- with .Values.podSpec }}
{{ toYaml . }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodePool }}
nodeSelector:
  karpenter.sh/nodepool: {{ . }}
  {{- if eq . "on-demand" }}
  # Said by the pod too, whatever becomes of the pool.
  karpenter.sh/capacity-type: on-demand
  {{- end }}
tolerations:
  - key: fraud.example.com/node-pool
    operator: Equal
    value: {{ . }}
    effect: NoSchedule
{{- end }}
{{- end -}}

{{- define "service.volumes" -}}
{{- if or .Values.volumes .Values.files -}}
volumes:
  {{- range $name, $spec := .Values.volumes }}
  - name: {{ $name }}
    {{- toYaml (omit $spec "mountPath") | nindent 4 }}
  {{- end }}
  {{- if .Values.files }}
  - name: files
    configMap:
      name: {{ include "service.name" . }}-files
  {{- end }}
{{- end }}
{{- end -}}

{{/* The pod of a Deployment or a StatefulSet. */}}
{{- define "service.servingPod" -}}
metadata:
  labels:
    {{- include "service.podLabels" . | nindent 4 }}
  annotations:
    {{- include "service.podAnnotations" . | nindent 4 }}
spec:
  {{- include "service.podPlacement" . | nindent 2 }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.topologySpread }}
  topologySpreadConstraints:
    - maxSkew: {{ .maxSkew }}
      topologyKey: {{ .topologyKey }}
      whenUnsatisfiable: {{ .whenUnsatisfiable }}
      nodeTaintsPolicy: Honor
      labelSelector:
        matchLabels:
          {{- include "service.selectorLabels" $ | nindent 10 }}
      {{- if eq $.Values.kind "Deployment" }}
      matchLabelKeys:
        - pod-template-hash
      {{- end }}
    # Several pods of one zone share no node as long as there is another.
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      nodeTaintsPolicy: Honor
      labelSelector:
        matchLabels:
          {{- include "service.selectorLabels" $ | nindent 10 }}
      {{- if eq $.Values.kind "Deployment" }}
      matchLabelKeys:
        - pod-template-hash
      {{- end }}
  {{- end }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- range $name, $container := . }}
    {{- include "service.container" (dict "root" $ "name" $name "container" $container "role" "init") | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    {{- include "service.mainContainer" (dict "root" . "role" "main") | nindent 4 }}
    {{- range $name, $container := .Values.sidecars }}
    {{- include "service.container" (dict "root" $ "name" $name "container" $container "role" "sidecar") | nindent 4 }}
    {{- end }}
  {{- with include "service.volumes" . }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The pod of a CronJob's run or of a migration. Takes root, component, args. */}}
{{- define "service.taskPod" -}}
metadata:
  labels:
    app.kubernetes.io/name: {{ printf "%s-%s" (include "service.name" .root) .component }}
    app.kubernetes.io/instance: {{ .root.Release.Name }}
    app.kubernetes.io/component: {{ .component }}
    {{- include "service.ownerLabels" .root | nindent 4 }}
spec:
  restartPolicy: Never
  {{- include "service.podPlacement" .root | nindent 2 }}
  terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
  containers:
    {{- include "service.mainContainer" (dict "root" .root "role" "task" "args" .args) | nindent 4 }}
  {{- with include "service.volumes" .root }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}
