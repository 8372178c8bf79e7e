terraform {
  required_version = ">= 1.5"
}
resource "terraform_data" "new" {
  input = "x"
  lifecycle {
    precondition {
      condition     = length(path.module) == 1
      error_message = "never"
    }
    ignore_changes = [input]
  }
}
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
check "it" {
  assert {
    condition     = terraform_data.new.input == "x"
    error_message = "never"
  }
}
removed {
  from = terraform_data.gone
  lifecycle {
    destroy = false
  }
}
output "x" { value = terraform_data.new.input }
