variable "a" {
  default = "override"
}
output "z" {
  value = "override"
}
