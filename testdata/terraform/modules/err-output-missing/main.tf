module "m" {
  source = "./m"
  need   = 1
}
output "x" {
  value = module.m.nope
}
