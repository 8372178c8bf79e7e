resource "terraform_data" "it" {
  input = "a"

  lifecycle {
    postcondition {
      condition     = self.input != "a"
      error_message = "it is ${self.input}"
    }
  }
}
