variable "many" {
  type      = bool
  ephemeral = true
  default   = true
}

resource "terraform_data" "counted" {
  count = length(var.many ? [1, 2] : [])
}
