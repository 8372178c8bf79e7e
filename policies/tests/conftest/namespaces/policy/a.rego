package team.a

deny contains "a" if input.kind == "Pod"
