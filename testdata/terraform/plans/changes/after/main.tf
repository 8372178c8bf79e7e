resource "terraform_data" "stays" {
  input = "one"
}

resource "terraform_data" "updated" {
  input = "after"
}

resource "terraform_data" "replaced" {
  input            = "data"
  triggers_replace = ["after"]
}

resource "terraform_data" "added" {
  input = terraform_data.updated.output
}

resource "terraform_data" "new_name" {
  input = "moved"
}

moved {
  from = terraform_data.old_name
  to   = terraform_data.new_name
}

removed {
  from = terraform_data.forgotten
  lifecycle {
    destroy = false
  }
}

resource "terraform_data" "listed" {
  count            = 2
  input            = ["b", "c"][count.index]
  triggers_replace = ["b", "c"][count.index]
}
