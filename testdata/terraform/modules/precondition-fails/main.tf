resource "terraform_data" "it" {
  count = 2
  input = count.index

  lifecycle {
    precondition {
      condition     = count.index == 0
      error_message = "number ${count.index}"
    }
  }
}
