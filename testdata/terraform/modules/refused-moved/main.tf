moved {
  from = terraform_data.b
  to   = terraform_data.c
}

resource "terraform_data" "b" {
  input = 1
}

resource "terraform_data" "c" {
  input = 1
}
