variable "names" {
  type      = set(string)
  ephemeral = true
  default   = ["a"]
}

resource "terraform_data" "named" {
  for_each = var.names
}
