package lib.teams

known(labels) if labels.team in {"payments", "ledger"}
