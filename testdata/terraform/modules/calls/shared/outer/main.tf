variable "prefix" {}
variable "names" {
  type = set(string)
}
module "inner" {
  source   = "../leaf"
  for_each = var.names
  name     = "${var.prefix}-${each.key}"
}
output "all" { value = { for key, inner in module.inner : key => inner.upper } }
output "paths" { value = [for inner in module.inner : inner.path] }
