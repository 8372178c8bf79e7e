variable "token" {
  ephemeral = true
  default   = "a"
}

module "m" {
  source = "./m"
  token  = var.token
}
