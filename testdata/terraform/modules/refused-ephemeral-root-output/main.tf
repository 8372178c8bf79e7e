variable "token" {
  ephemeral = true
  default   = "a"
}

output "token" {
  value     = var.token
  ephemeral = true
}
