package main

deny contains "a pod of its own" if input.kind == "Pod"
