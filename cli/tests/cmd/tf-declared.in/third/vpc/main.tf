variable "zones" {}

output "zones" {
  value = var.zones
}
