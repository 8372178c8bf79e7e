variable "a" {
  nullable = false
}

output "a" {
  value = var.a
}
