module "one" {
  source = "../shared/leaf"
  name   = "one"
  list   = [for i in range(3) : "n${i}"]
}
module "many" {
  source = "../shared/leaf"
  count  = 2
  name   = "many-${count.index}"
}
module "each" {
  source   = "../shared/leaf"
  for_each = { a = 1, b = 2 }
  name     = "${each.key}-${each.value}-${module.one.upper}"
}
module "none" {
  source = "../shared/leaf"
  count  = 0
  name   = "x"
}
module "outer" {
  source = "../shared/outer"
  prefix = "p"
  names  = toset(["x", "y"])
}
resource "terraform_data" "here" {
  for_each = module.outer.all
  input    = each.value
}
output "one" { value = module.one }
output "upper" { value = module.one.upper }
output "many" { value = module.many[*].upper }
output "second" { value = module.many[1].name }
output "each" { value = { for k, m in module.each : k => m.upper } }
output "each_a" { value = module.each["a"].name }
output "none" { value = module.none }
output "length" { value = length(module.many) }
output "outer" { value = module.outer.all }
output "path" { value = [path.module, path.root, module.one.path, module.outer.paths] }
output "later" { value = module.one.later }
output "file" { value = module.one.file }
output "one_none" { value = one(module.none[*].name) }
