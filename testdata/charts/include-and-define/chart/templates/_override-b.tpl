{{ define "t.dup" }}from b{{ end }}
