variable "name" {
  type = string
}

variable "key" {
  type      = string
  sensitive = true
}

module "subnet" {
  source = "./subnet"
  count  = 2
  index  = count.index
}

resource "terraform_data" "network" {
  input = { name = "${var.name}-network", key = var.key, notes = file("${path.module}/notes.txt") }
}

output "name" {
  value = "${var.name}-network"
}

output "zones" {
  value = [for subnet in module.subnet : subnet.zone]
}
