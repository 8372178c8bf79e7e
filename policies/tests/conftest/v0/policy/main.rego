package main

deny[msg] {
  input.kind == "Deployment"
  not input.spec.selector
  msg := "no selector"
}

warn[msg] {
  input.kind = "Pod"
  msg = sprintf("%v is a pod", [input.metadata.name])
}

is_pod { input.kind == "Pod" }

violation[{"msg": msg}] {
  is_pod
  not startswith(input.metadata.labels.name, "x")
  msg := "never, since there are no labels"
}
