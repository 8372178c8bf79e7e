module "m" {
  source = "./m"
  need   = 1
  nope   = 1
}
