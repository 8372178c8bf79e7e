variable "size" {
  type      = number
  ephemeral = true
  default   = 2
}

resource "terraform_data" "counted" {
  count = var.size
}
