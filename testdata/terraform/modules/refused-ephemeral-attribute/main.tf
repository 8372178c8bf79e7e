variable "token" {
  type      = string
  ephemeral = true
  default   = "a"
}

locals {
  header = "Bearer ${var.token}"
}

resource "terraform_data" "written" {
  input = local.header
}
