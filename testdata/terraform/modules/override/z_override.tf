locals {
  x = "z_override"
}
variable "a" {
  default = "z_override"
}
resource "terraform_data" "r" {
  input = "z_override"
}
