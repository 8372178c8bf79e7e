variable "label" {
  type = string
}

resource "terraform_data" "it" {
  input = "part ${var.label}"
}
