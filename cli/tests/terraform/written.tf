# What stands in the files of a module, whatever its values are.
terraform {
  required_version = "~> 1.11"
}

variable "size" {
  type    = number
  default = 1

  validation {
    condition     = var.size > 0
    error_message = "there is one at least"
  }
}

variable "forgotten" { # finding: unused-declaration
  type    = string
  default = ""

  validation {
    condition     = var.forgotten != "none"
    error_message = "not none"
  }
}

variable "api_token" { # finding: unmarked-secret
  type = string
}

variable "marked_token" {
  type      = string
  sensitive = true
}

locals {
  names = { a = var.size, b = var.api_token, c = var.marked_token }
  tags = { # finding: unused-declaration
    owner = "platform"
    owner = "fraud" # finding: repeated-key
  }
}

resource "terraform_data" "all" {
  input = local.names
}

output "client_secret" { # finding: unmarked-secret
  value = terraform_data.all.id
}

output "secret_arn" {
  value = terraform_data.all.id
}

check "size" {
  assert {
    condition     = var.size > 1 # finding: failing-check
    error_message = "one of it is none too many"
  }

  assert {
    condition     = terraform_data.all.id != ""
    error_message = "nobody knows"
  }
}
