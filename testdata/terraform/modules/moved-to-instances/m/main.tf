resource "terraform_data" "inner" {
  for_each = toset(["x"])
}

moved {
  from = terraform_data.inner
  to   = terraform_data.inner["x"]
}
