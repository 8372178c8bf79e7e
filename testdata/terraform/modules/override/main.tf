variable "a" {
  type    = string
  default = "main"
}
locals {
  x = "main"
  y = "main"
}
output "a" { value = var.a }
output "x" { value = local.x }
output "y" { value = local.y }
output "z" {
  value       = "main"
  description = "kept"
}
resource "terraform_data" "r" {
  input = "main"
  lifecycle {
    create_before_destroy = true
  }
}
output "r" { value = terraform_data.r.input }
