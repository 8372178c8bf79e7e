{{ define "t.dup2" }}   {{/* nothing */}} {{ end }}
