{{ define "common.greeting" }}hello {{ .Chart.Name }}{{ end }}
