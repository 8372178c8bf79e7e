resource "terraform_data" "written" {
  input = terraform.applying ? "a" : "b"
}
