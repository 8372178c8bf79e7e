resource "terraform_data" "kept" {
  triggers_replace = ["before"]

  lifecycle {
    prevent_destroy = true
  }
}

resource "terraform_data" "other" {
  input = "before"
}
