terraform {
  required_version = ">= 1.11"
}

module "network" {
  source = "git::https://modules.example.com/network.git?ref=v1"
  name   = var.name
  key    = var.key
}

module "part" {
  source   = "./part"
  for_each = toset(["a", "b"])
  label    = each.key
}

resource "terraform_data" "names" {
  input = { name = var.name, key = var.key, size = var.size }
}

resource "terraform_data" "each" {
  for_each = toset([for name in var.zones : upper(name)])
  input    = each.value
}

output "network" {
  value = module.network.name
}

output "zones" {
  value = module.network.zones
}
