given    = "7"
last     = "terraform.tfvars"
nullable = null
service = {
  name   = "api"
  labels = { a = 1 }
  ports  = [{ port = "443" }, { port = 53, protocol = "UDP" }]
  extra  = "is dropped"
}
maps = {
  a = { zone = "x" }
  b = { zone = "y", size = 3 }
}
