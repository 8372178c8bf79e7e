variable "token" {
  ephemeral = true
  default   = "a"
}

output "token" {
  value = { token = var.token }
}
