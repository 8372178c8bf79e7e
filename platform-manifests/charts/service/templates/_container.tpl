{{/*
One container. Takes root, name, container and role: main, sidecar, init or task.
Main and sidecar serve, so that they drain and are probed.
*/}}
{{- define "service.container" -}}
{{- $root := .root -}}
{{- $container := .container -}}
{{- $serving := has .role (list "main" "sidecar") -}}
- name: {{ .name }}
  image: {{ include "service.image" (dict "root" $root "name" .name "image" $container.image) }}
  imagePullPolicy: IfNotPresent
  {{- with $container.command }}
  command:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $container.args }}
  args:
    {{- range . }}
    - {{ tpl . $root | quote }}
    {{- end }}
  {{- end }}
  {{- if and $serving $container.ports }}
  ports:
    {{- range $name, $port := $container.ports }}
    - name: {{ $name }}
      containerPort: {{ $port }}
      protocol: TCP
    {{- end }}
  {{- end }}
  env:
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    {{- range $name, $value := $container.env }}
    - name: {{ $name }}
      value: {{ tpl $value $root | quote }}
    {{- end }}
  {{- if or (eq .role "main") (eq .role "task") }}
  envFrom:
    - configMapRef:
        name: {{ include "service.name" $root }}-env
    {{- if $root.Values.secrets }}
    - secretRef:
        name: {{ include "service.name" $root }}
    {{- end }}
  {{- end }}
  {{- if $serving }}
  {{- with $container.probes.startup }}
  startupProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $container.probes.liveness }}
  livenessProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $container.probes.readiness }}
  readinessProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $container.drainSeconds | default $root.Values.drainSeconds }}
  lifecycle:
    preStop:
      sleep:
        seconds: {{ . }}
  {{- end }}
  {{- end }}
  {{- with $container.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.containerSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $container.mounts }}
  volumeMounts:
    {{- range $name, $path := . }}
    - name: {{ $name }}
      mountPath: {{ $path }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/* The service's own container, from the top of its values. Takes root and role, and args where they differ. */}}
{{- define "service.mainContainer" -}}
{{- $values := .root.Values -}}
{{- $name := include "service.name" .root -}}
{{- $mounts := dict -}}
{{- range $volume, $spec := $values.volumes -}}
{{- with $spec.mountPath -}}
{{- $_ := set $mounts $volume . -}}
{{- end -}}
{{- end -}}
{{- if $values.files -}}
{{- $_ := set $mounts "files" (printf "/etc/%s" $name) -}}
{{- end -}}
{{- $container := dict
  "image" $values.image
  "command" $values.command
  "args" (.args | default $values.args)
  "ports" (merge (dict "management" $values.management.port) $values.ports $values.peerPorts)
  "probes" $values.probes
  "resources" $values.resources
  "mounts" $mounts
-}}
{{- include "service.container" (dict "root" .root "name" $name "container" $container "role" .role) -}}
{{- end -}}
