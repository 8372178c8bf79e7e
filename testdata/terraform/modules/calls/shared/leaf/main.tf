variable "name" {
  type = string
}
variable "list" {
  type    = list(string)
  default = []
}
locals {
  upper = upper(var.name)
}
resource "terraform_data" "it" {
  count = length(var.list)
  input = { name = var.list[count.index] }
}
output "name" { value = var.name }
output "upper" { value = local.upper }
output "path" { value = path.module }
output "later" { value = terraform_data.it[*].output }
output "inputs" { value = terraform_data.it[*].input.name }
output "file" { value = file("${path.module}/note.txt") }
