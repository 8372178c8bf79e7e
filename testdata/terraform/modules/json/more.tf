output "mixed" { value = "${local.greeting} ${length(local.nested.a)}" }
