resource "terraform_data" "it" {
  input = "a"
}

import {
  to = terraform_data.other
  id = "a"
}
