package team

warn contains "c" if input.kind == "Service"
