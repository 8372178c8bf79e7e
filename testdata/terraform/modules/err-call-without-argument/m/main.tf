variable "need" {}
output "y" { value = var.need }
