resource "terraform_data" "kept" {
  triggers_replace = ["after"]

  lifecycle {
    prevent_destroy = true
  }
}

resource "terraform_data" "other" {
  input = "after"
}
