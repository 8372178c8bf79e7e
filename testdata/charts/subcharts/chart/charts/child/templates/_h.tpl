{{ define "who" }}child{{ end }}{{ define "child.only" }}from the child{{ end }}
