variable "name" {
  ephemeral = true
  default   = "a"
}

locals {
  names = { (var.name) = "first" }
}

resource "terraform_data" "named" {
  for_each = local.names
}
