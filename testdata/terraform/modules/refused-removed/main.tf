removed {
  from = terraform_data.b
}

resource "terraform_data" "b" {
  input = 1
}
