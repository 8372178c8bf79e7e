{{ define "t.dup2" }}full{{ end }}
