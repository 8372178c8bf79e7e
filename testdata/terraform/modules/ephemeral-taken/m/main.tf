variable "token" {
  type      = string
  ephemeral = true
}

output "again" {
  value     = var.token
  ephemeral = true
}
