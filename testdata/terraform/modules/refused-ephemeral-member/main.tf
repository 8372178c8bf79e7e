variable "token" {
  ephemeral = true
  default   = "a"
}

resource "terraform_data" "written" {
  input = { name = "n", tokens = ["b", var.token] }
}
