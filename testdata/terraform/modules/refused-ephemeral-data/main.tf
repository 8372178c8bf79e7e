variable "path" {
  ephemeral = true
  default   = "a"
}

data "terraform_remote_state" "other" {
  backend = "local"
  config  = { path = var.path }
}
