package team.b

import data.team.a

deny contains "b" if count(a.deny) > 0

helper := 1
