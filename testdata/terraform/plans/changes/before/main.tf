resource "terraform_data" "stays" {
  input = "one"
}

resource "terraform_data" "updated" {
  input = "before"
}

resource "terraform_data" "replaced" {
  input            = "data"
  triggers_replace = ["before"]
}

resource "terraform_data" "deleted" {
  input = "gone"
}

resource "terraform_data" "old_name" {
  input = "moved"
}

resource "terraform_data" "forgotten" {
  input = "still there"
}

resource "terraform_data" "listed" {
  count            = 3
  input            = ["a", "b", "c"][count.index]
  triggers_replace = ["a", "b", "c"][count.index]
}
