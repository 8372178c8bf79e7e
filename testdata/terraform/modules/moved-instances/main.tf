moved {
  from = terraform_data.b[0]
  to   = terraform_data.b["x"]
}

resource "terraform_data" "b" {
  for_each = toset(["x"])
  input    = each.key
}

output "b" {
  value = terraform_data.b["x"].input
}
