{{ define "t.empty" }}{{ end }}{{ define "t.novalue" }}{{ .Values.missing }}{{ end }}
