{{ define "t.dup" }}from a{{ end }}
