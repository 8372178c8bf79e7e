variable "token" {
  type      = string
  ephemeral = true
  default   = "a"
}

locals {
  header = "Bearer ${var.token}"
}

module "m" {
  source = "./m"
  token  = local.header
}

resource "terraform_data" "kept" {
  input = ephemeralasnull(module.m.again)
}

check "length" {
  assert {
    condition     = length(local.header) > 1
    error_message = "It is too short."
  }
}

output "nothing" {
  value = ephemeralasnull(local.header)
}

resource "terraform_data" "each" {
  for_each = { first = local.header }
}
