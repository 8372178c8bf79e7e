resource "terraform_data" "it" {
  for_each = toset(["a", "b"])
  input    = each.key

  lifecycle {
    precondition {
      condition     = length(each.key) == 1
      error_message = "too long: ${each.key}"
    }

    postcondition {
      condition     = self.input == each.key
      error_message = "another"
    }

    postcondition {
      condition     = self.output == "nobody knows yet"
      error_message = "unknown"
    }
  }
}

output "keys" {
  value = [for key, one in terraform_data.it : one.input]

  precondition {
    condition     = length(terraform_data.it) > 1
    error_message = "too few"
  }
}

check "keys" {
  assert {
    condition     = contains(keys(terraform_data.it), "a")
    error_message = "there is no a"
  }
}
